#include "ops/shell/rulebook.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include "crypto/suite_intl.h"
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

// What dates rest on: names and texts, in their order, and which profiles are shown.
class RulesDigest {
 public:
  RulesDigest() { out_.raw(view_of("redress/rules/1")); }
  void take(std::string_view text) {
    out_.u32(static_cast<std::uint32_t>(text.size()));
    out_.raw(view_of(text));
  }
  [[nodiscard]] std::uint64_t done() const {
    const std::array<ByteView, 1> parts{ByteView{out_.bytes()}};
    return Reader{crypto::intl().hash(parts).bytes}.u64();
  }

 private:
  Writer out_;
};

}  // namespace

Result<Rulebook> open_rulebook(const RulesConfig& config, const std::string& config_path) {
  Rulebook book{rules::shipped_calendars(), rules::shipped_profiles(), config.profiles};
  RulesDigest digest;
  for (const rules::ShippedFile& file : rules::shipped_files()) digest.take(file.text);
  for (const std::string& name : config.files) {
    const Result<std::string> text = text_of(beside(config_path, name));
    if (!text) return fail(text.error());
    const bool calendar = name.ends_with(".calendar");
    const Status added = calendar ? book.calendars.add(name, *text) : book.profiles.add(name, *text);
    if (!added) return fail(added.error());
    digest.take(name);
    digest.take(*text);
  }
  for (const std::string& id : book.shown) digest.take(id);
  book.digest = digest.done();
  const std::vector<std::string> known = book.profiles.ids();
  for (const std::string& id : book.shown) {
    if (std::find(known.begin(), known.end(), id) == known.end()) {
      return fail(Code::bad_config, "no such policy profile: " + id, "rules.profiles");
    }
  }
  return book;
}

std::vector<NamedRole> roles_of(const Rulebook& book, rules::Day day) {
  std::vector<NamedRole> out;
  for (const std::string& id : book.shown) {
    const auto profile = book.profiles.in_force(id, day);
    if (!profile) continue;
    for (const rules::Role& role : profile->roles) out.push_back({profile->mark(), role});
  }
  return out;
}

std::vector<rules::ExtraField> extra_fields(const Rulebook& book, rules::Day day) {
  std::vector<rules::ExtraField> out;
  for (const std::string& id : book.shown) {
    const auto profile = book.profiles.in_force(id, day);
    if (!profile) continue;
    for (const rules::ExtraField& one : profile->fields) {
      const bool held = std::any_of(out.begin(), out.end(), [&](const auto& other) { return other.id == one.id; });
      if (!held) out.push_back(one);
    }
  }
  return out;
}

}  // namespace redress::shell
