#include "ops/shell/rulebook.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "protocol/base/limits.h"

namespace redress::shell {
namespace {

Result<std::string> text_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::string text(limits::sheet_bytes_max + 1, '\0');
  if (!file) return fail(Code::io, "read rules: path=" + path, "rules.files");
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad()) return fail(Code::io, "read rules: path=" + path, "rules.files");
  return text;
}

}  // namespace

Result<Rulebook> open_rulebook(const RulesConfig& config, const std::string& config_path) {
  Rulebook book{rules::shipped_calendars(), rules::shipped_profiles(), config.profiles};
  for (const std::string& name : config.files) {
    const Result<std::string> text = text_of(beside(config_path, name));
    if (!text) return fail(text.error());
    const bool calendar = name.ends_with(".calendar");
    const Status added = calendar ? book.calendars.add(name, *text) : book.profiles.add(name, *text);
    if (!added) return fail(added.error());
  }
  const std::vector<std::string> known = book.profiles.ids();
  for (const std::string& id : book.shown) {
    if (std::find(known.begin(), known.end(), id) == known.end()) {
      return fail(Code::bad_config, "no such policy profile: " + id, "rules.profiles");
    }
  }
  return book;
}

}  // namespace redress::shell
