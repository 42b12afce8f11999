// A running job, drawn. Pure: time is an argument and text is the result.
#ifndef DECANT_CLI_PROGRESS_VIEW_H_
#define DECANT_CLI_PROGRESS_VIEW_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "decant/v1/job.pb.h"

namespace decant {

struct ProgressStyle {
  bool is_terminal = false;  // Redraws a block; else appends lines.
  bool use_color = false;
};

// Not thread-safe.
class ProgressView {
 public:
  explicit ProgressView(ProgressStyle style) : style_(style) {}

  // What to print now; "" when nothing is due. On a terminal it starts by
  // erasing what the last call drew. Elsewhere a line comes when the state or
  // message changes, and every two seconds while numbers move. `now` is steady.
  std::string Update(const v1::Job& job, absl::Duration now);

  // Work left at the speed seen since the first update that found work running;
  // nullopt before there is a speed.
  std::optional<absl::Duration> Remaining(const v1::Job& job,
                                          absl::Duration now) const;

 private:
  std::string Block(const v1::Job& job, absl::Duration now);
  std::string Line(const v1::Job& job, absl::Duration now);
  void NoteSpeed(const v1::Job& job, absl::Duration now);

  const ProgressStyle style_;
  int lines_drawn_ = 0;
  std::string last_headline_;
  std::string last_line_;
  absl::Duration last_line_at_ = -absl::InfiniteDuration();
  // Where the speed is measured from.
  std::optional<absl::Duration> speed_from_;
  double cost_from_ = 0;
};

}  // namespace decant

#endif  // DECANT_CLI_PROGRESS_VIEW_H_
