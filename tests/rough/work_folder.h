// Where a run keeps its homes and logs: a folder that was asked for and stays, or one of its own that goes if all went
// well.
#pragma once

#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <string>

namespace redress::rough {

class WorkFolder {
 public:
  // Makes it: `asked`, or if that is empty one in the folder for temporary files, named after the program. path() is
  // empty if there can be none.
  explicit WorkFolder(const std::string& program, const std::string& asked = {}) : own_{asked.empty()} {
    std::error_code not_made;
    if (!own_) {
      std::filesystem::create_directories(asked, not_made);
      if (!not_made) path_ = asked;
      return;
    }
    std::string name = (std::filesystem::temp_directory_path() / (program + "-XXXXXX")).string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  // At the end of a run with this exit code, which it returns: removes its own folder after a 0, else says where it is.
  [[nodiscard]] int leave(int code) const {
    std::error_code not_gone;
    if (own_ && code == 0) std::filesystem::remove_all(path_, not_gone);
    if (own_ && code != 0) std::fprintf(stderr, "homes and logs: %s\n", path_.c_str());
    return code;
  }

 private:
  bool own_;
  std::string path_;
};

}  // namespace redress::rough
