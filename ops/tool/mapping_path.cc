#include "ops/tool/mapping_path.h"

#include <filesystem>

namespace redress::tool {
namespace fs = std::filesystem;

std::string mapping_path(const std::string& name) {
  if (fs::exists(name)) return name;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  for (const fs::path& base :
       {program.parent_path() / "../../../ops/mappings", program.parent_path() / "../share/redress/mappings"}) {
    const fs::path path = base / (name + ".toml");
    if (fs::exists(path)) return fs::weakly_canonical(path).string();
  }
  return name;
}

}  // namespace redress::tool
