#include "ops/measure/process_figures.h"

#include <filesystem>
#include <fstream>
#include <string>

namespace redress::measure {
namespace fs = std::filesystem;
namespace {

// The number behind "name:" in a file of such lines.
std::optional<std::uint64_t> number_in(const fs::path& path, const std::string& name) {
  std::ifstream file{path};
  for (std::string word; file >> word;) {
    std::uint64_t value = 0;
    if (word == name + ":" && file >> value) return value;
  }
  return std::nullopt;
}

fs::path folder_of(pid_t process) { return fs::path{"/proc"} / std::to_string(process); }

double mib_of_kib(std::uint64_t kib) { return static_cast<double>(kib) / 1024; }

}  // namespace

std::optional<Memory> memory_of(pid_t process) {
  const auto resident = number_in(folder_of(process) / "status", "VmRSS");
  const auto anonymous = number_in(folder_of(process) / "status", "RssAnon");
  const auto shared = number_in(folder_of(process) / "status", "RssShmem");
  if (!resident || !anonymous || !shared) return std::nullopt;
  return Memory{mib_of_kib(*resident), mib_of_kib(*anonymous + *shared)};
}

std::optional<std::uint64_t> switches_of(pid_t process) {
  std::error_code error;
  std::uint64_t sum = 0;
  bool any = false;
  for (const auto& thread : fs::directory_iterator{folder_of(process) / "task", error}) {
    for (const char* const name : {"voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"}) {
      const auto switches = number_in(thread.path() / "status", name);
      any = any || switches.has_value();
      sum += switches.value_or(0);
    }
  }
  return any ? std::optional{sum} : std::nullopt;
}

std::optional<std::uint64_t> written_of(pid_t process) { return number_in(folder_of(process) / "io", "write_bytes"); }

}  // namespace redress::measure
