#include "worker/math/portable_trig.h"

#include <cmath>

namespace decant {
namespace {

constexpr double kPi = 3.14159265358979323846;

// arctan(t) for t >= 0: the angle is halved until the series is short.
double Atan(double t) {
  double scale = 1;
  while (t > 0.1) {
    t /= 1 + std::sqrt(1 + t * t);
    scale *= 2;
  }
  double sum = 0;
  for (int k = 12; k >= 0; --k) sum = 1.0 / (2 * k + 1) - t * t * sum;
  return scale * t * sum;
}

}  // namespace

double PortableAcos(double cosine) {
  if (cosine <= -1) return kPi;
  if (cosine >= 1) return 0;
  return 2 * Atan(std::sqrt((1 - cosine) / (1 + cosine)));
}

double PortableSin(double x) {
  if (x > kPi / 2) x = kPi - x;
  double sum = 1;
  for (int k = 24; k >= 2; k -= 2) sum = 1 - x * x / (k * (k + 1)) * sum;
  return x * sum;
}

}  // namespace decant
