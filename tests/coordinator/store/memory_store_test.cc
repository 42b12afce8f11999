#include "coordinator/store/memory_store.h"

#include "tests/conformance/store_conformance.h"

namespace decant {
namespace {

// The store lives as long as the object: a restart keeps it.
class MemoryFactory {
 public:
  Store& store() { return store_; }
  void Reopen() {}

 private:
  MemoryStore store_{"s-test"};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, StoreConformance, MemoryFactory);

}  // namespace
}  // namespace decant
