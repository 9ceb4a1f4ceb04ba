#include "ops/measure/go.h"

#include <filesystem>
#include <fstream>

#include "ops/measure/stopwatch.h"

namespace redress::measure {
namespace {

constexpr std::int64_t patience_ns = 60 * ns_a_s;
constexpr std::int64_t look_ns = 5 * ns_a_ms;

}  // namespace

Status write_go(const std::string& path, const Slices& slices) {
  const std::string beside = path + ".new";
  std::ofstream file{beside};
  file << slices.start_ns << ' ' << slices.slice_ns << ' ' << slices.period_ns << ' ' << slices.count << '\n';
  file.close();
  std::error_code error;
  std::filesystem::rename(beside, path, error);
  if (!file || error) return fail(Code::io, "write: path=" + path);
  return Done{};
}

Result<Slices> await_go(const std::string& path, std::size_t turn) {
  for (const std::int64_t end = ns_now() + patience_ns; ns_now() < end; wait_till_ns(ns_now() + look_ns)) {
    std::ifstream file{path};
    Slices slices;
    if (file >> slices.start_ns >> slices.slice_ns >> slices.period_ns >> slices.count) {
      slices.turn = turn;
      return slices;
    }
  }
  return fail(Code::unreachable, "nobody said when to begin");
}

}  // namespace redress::measure
