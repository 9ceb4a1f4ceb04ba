#include "crypto/random.h"

#include <set>

#include "tests/crypto/fixture.h"

namespace redress::crypto {

TEST_CASE("Random: a thousand draws differ") {
  SystemRandom random;
  std::set<CaseId> drawn;
  for (int i = 0; i < 1000; ++i) drawn.insert(random.fixed<CaseId>());
  CHECK(drawn.size() == 1000);
}

TEST_CASE("Random: nothing to fill is no fault") {
  SystemRandom random;
  random.fill({});
  CHECK(random.u64() != random.u64());
}

}  // namespace redress::crypto
