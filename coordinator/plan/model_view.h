// The current model while a job is planned: every tensor with its header and
// where its bytes will be when a unit needs them. Pure; each step turns one
// view into the next (Predict), so all steps are checked before any runs.
#ifndef DECANT_COORDINATOR_PLAN_MODEL_VIEW_H_
#define DECANT_COORDINATOR_PLAN_MODEL_VIEW_H_

#include <string>
#include <vector>

#include "common/model/model_layout.h"
#include "common/ops/tensor_ref.h"
#include "common/unit/unit_spec.h"

namespace decant {

inline constexpr char kTeacherSource[] = "teacher";
inline constexpr char kStudentSource[] = "student";

class ModelView {
 public:
  struct Tensor {
    RoledTensor header;
    std::string made_by;  // Unit id; "" while it is the student's own.
  };

  // The recipe's student, untouched.
  static ModelView OfStudent(const ModelLayout& student);

  const ModelConfig& config() const { return config_; }
  const std::vector<Tensor>& tensors() const { return tensors_; }
  // Null when there is no such tensor.
  const Tensor* Find(TensorRole role, int64_t layer = -1) const;

  // Says that `unit` makes `name`, stored as `dtype`, from now on.
  void SetMadeBy(const std::string& name, const std::string& unit, DType dtype);

 private:
  ModelConfig config_;
  std::vector<Tensor> tensors_;
};

// Makes `unit` read `tensor`: as its input `input_name` when a unit makes the
// tensor, else from the student's checkpoint.
TensorRef ReadTensor(const ModelView::Tensor& tensor,
                     const std::string& input_name, UnitSpec& unit);

// Adds `source` to the unit's checkpoints, once.
void AddSource(const std::string& source, UnitSpec& unit);

}  // namespace decant

#endif  // DECANT_COORDINATOR_PLAN_MODEL_VIEW_H_
