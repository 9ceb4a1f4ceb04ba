#include "ops/shell/code_tables.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace redress::shell {
namespace {

namespace fs = std::filesystem;

Result<std::vector<fs::path>> files_in(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  if (!fs::exists(folder, failed)) return files;
  fs::directory_iterator entry{folder, failed};
  if (failed) return fail(Code::bad_config, "cannot be read: path=" + folder, codes_folder);
  for (; entry != fs::directory_iterator{}; entry.increment(failed)) {
    if (failed) return fail(Code::bad_config, "cannot be read: path=" + folder, codes_folder);
    if (entry->path().extension() == codes_suffix) files.push_back(entry->path());
    if (files.size() > code_files_max)
      return fail(Code::bad_config, "more than 64 files: path=" + folder, codes_folder);
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<casework::CodeEdition> edition_in(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::string text(code_file_bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.fail() && !file.eof()))
    return fail(Code::bad_config, "cannot be read: path=" + path.string(), codes_folder);
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > code_file_bytes_max)
    return fail(Code::bad_config, "over 1 MiB: path=" + path.string(), codes_folder);
  auto edition = casework::parse_code_edition(text);
  if (!edition) return fail(Code::bad_config, edition.error().what + ": path=" + path.string(), codes_folder);
  return edition;
}

}  // namespace

Result<std::vector<casework::CodeEdition>> load_code_editions(const std::string& folder) {
  const auto shipped = casework::shipped_code_editions();
  std::vector<casework::CodeEdition> editions{shipped.begin(), shipped.end()};
  const auto files = files_in(folder);
  if (!files) return fail(files.error());
  for (const fs::path& path : *files) {
    auto edition = edition_in(path);
    if (!edition) return fail(edition.error());
    if (casework::find_edition(editions, edition->name) != nullptr)
      return fail(Code::bad_config, "an edition of this name is there already: path=" + path.string(), codes_folder);
    editions.push_back(std::move(*edition));
  }
  return editions;
}

}  // namespace redress::shell
