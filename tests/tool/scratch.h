// A folder of its own for one test, removed with everything in it.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "protocol/base/assert.h"

namespace redress::tool {

class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "redress_tool_XXXXXX").string();
    REDRESS_ASSERT(mkdtemp(name.data()) != nullptr);
    folder_ = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
  // Returns the path.
  [[nodiscard]] std::string write(const std::string& name, std::string_view content) const {
    std::ofstream file{path(name), std::ios::binary};
    file << content;
    REDRESS_ASSERT(file.good());
    return path(name);
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file{path(name), std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace redress::tool
