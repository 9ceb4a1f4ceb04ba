// Any text as a configuration, through a file that is memory only: what is taken is taken again as written back.
#include "ops/shell/config.h"

#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/target.h"

namespace redress::shell {
namespace {

// One file for the whole run, written anew for each load.
Expected<Config, std::vector<Error>> load(std::string_view text) {
  static const int file = memfd_create("config", MFD_CLOEXEC);
  REDRESS_ASSERT(file >= 0 && ftruncate(file, 0) == 0);
  REDRESS_ASSERT(pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  return load_config("/proc/self/fd/" + std::to_string(file));
}

void read(std::string_view text) {
  const auto config = load(text);
  if (!config) {
    REDRESS_ASSERT(!config.error().empty());
    return;
  }
  const auto again = load(commented_config(*config));
  REDRESS_ASSERT(again && *again == *config);
}

}  // namespace
}  // namespace redress::shell

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  redress::shell::read(redress::text_of(redress::fuzz::Input{data, size}.rest()));
  return 0;
}
