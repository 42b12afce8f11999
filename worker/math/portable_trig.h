// arc cosine and sine with the same bits on every machine.
//
// The C library picks its implementation by what the CPU can do, and they
// differ in the last bit; a unit that is portable (`select`) must not. These
// use only operations that IEEE 754 rounds correctly. Within 8 units in the
// last place of the exact value.
#ifndef DECANT_WORKER_MATH_PORTABLE_TRIG_H_
#define DECANT_WORKER_MATH_PORTABLE_TRIG_H_

namespace decant {

// In [0, pi]; `cosine` is clamped to [-1, 1].
double PortableAcos(double cosine);

// sin(x) for x in [0, pi].
double PortableSin(double x);

}  // namespace decant

#endif  // DECANT_WORKER_MATH_PORTABLE_TRIG_H_
