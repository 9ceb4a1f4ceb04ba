#include "ops/measure/arrivals.h"

#include "ops/measure/stopwatch.h"

namespace redress::measure {
namespace {

constexpr std::int64_t patience_ms = 1'800'000;
constexpr std::int64_t look_ms = 2;

}  // namespace

Result<double> rate_of_arrivals(const demo::Surroundings& around, const std::string& what, std::size_t count,
                                const std::function<Result<std::size_t>()>& arrived) {
  std::int64_t begun = ns_now();
  std::size_t begun_at = 0;
  bool flowing = false;
  const Status all =
      demo::wait_until(around, after_ms(shell::mono_now(), patience_ms), look_ms, what, [&]() -> Result<bool> {
        const auto there = arrived();
        if (!there) return fail(there.error());
        if (!flowing && *there > 0 && *there < count) {
          flowing = true;
          begun = ns_now();
          begun_at = *there;
        }
        return *there >= count;
      });
  const std::int64_t done = ns_now();
  if (!all) return fail(all.error());
  return static_cast<double>(count - begun_at) * static_cast<double>(ns_a_s) / static_cast<double>(done - begun);
}

}  // namespace redress::measure
