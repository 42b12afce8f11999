// What a drop keeps of the norms of a weight change, in fp64.
#ifndef DECANT_WORKER_MATH_DROP_SUMS_H_
#define DECANT_WORKER_MATH_DROP_SUMS_H_

namespace decant {

struct NormSums {
  double absolute = 0;  // sum |x|
  double squared = 0;   // sum x^2
};

struct DropSums {
  NormSums total;
  NormSums kept;  // Of the values kept, before any rescaling.
};

}  // namespace decant

#endif  // DECANT_WORKER_MATH_DROP_SUMS_H_
