#include "tests/house/rules.h"

#include <algorithm>
#include <cctype>

#include "tests/house/functions.h"

namespace redress::house {
namespace {

using Words = std::vector<std::string_view>;

constexpr int kFileLinesMax = 800;
constexpr int kFunctionLinesMax = 70;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool starts_with_any(std::string_view text, const Words& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(), [&](auto b) { return text.starts_with(b); });
}

bool is_product(std::string_view path) { return starts_with_any(path, product_folders()); }

bool is_main(std::string_view path) { return path.ends_with("/main.cc"); }

struct Room {
  std::string_view folder;
  Words may_use;  // beginnings of include paths; the room itself is always allowed
};

// ARCHITECTURE.md, "Rooms". Longer folders first where one begins like another.
const std::vector<Room>& rooms() {
  static const std::vector<Room> all = {
      {"protocol/base/", {}},
      {"protocol/journal/", {"protocol/base/"}},
      {"protocol/rules/", {"protocol/base/"}},
      {"protocol/wire/", {"protocol/base/", "protocol/journal/"}},
      {"protocol/sync/", {"protocol/base/", "protocol/journal/", "protocol/wire/"}},
      {"protocol/casework/", {"protocol/base/", "protocol/journal/", "protocol/rules/", "protocol/wire/refusal"}},
      {"crypto/", {"protocol/base/", "protocol/journal/"}},
      {"store/", {"protocol/", "crypto/"}},
      {"ops/shell/", {"protocol/", "crypto/", "store/"}},
      {"branch-agent/", {"protocol/", "crypto/", "store/", "ops/shell/"}},
      {"gateway/", {"protocol/", "crypto/", "store/", "ops/shell/"}},
      {"ops/measure/", {"protocol/", "crypto/", "store/", "ops/", "branch-agent/"}},
      {"ops/", {"protocol/", "crypto/", "store/", "ops/"}},  // tool, demonstration
      {"tests/", {"protocol/", "crypto/", "store/", "ops/", "branch-agent/", "gateway/"}},
  };
  return all;
}

struct ThirdParty {
  Words headers;  // beginnings of what stands between < and >
  Words homes;    // beginnings of paths that may include them
  bool in_main = false;
};

const std::vector<ThirdParty>& third_parties() {
  static const std::vector<ThirdParty> all = {
      {{"lmdb"}, {"store/", "ops/measure/reference_"}},
      {{"openssl/"}, {"crypto/", "ops/shell/door", "ops/measure/reference_"}},
      {{"zstd", "zdict"}, {"crypto/", "ops/measure/reference_"}},
      {{"zmq"}, {"ops/shell/zmq_socket", "gateway/zap", "ops/measure/reference_"}},
      {{"event2/", "event.h", "evhttp.h", "evutil.h"}, {"ops/shell/door", "ops/demonstration/tcp_relay"}},
      {{"spdlog/"}, {"ops/shell/log.cc"}},
      {{"httplib"}, {"ops/tool/"}},
      {{"nats"}, {"ops/measure/nats.cc"}},
      {{"toml"}, {"ops/shell/config.cc", "ops/tool/mapping", "ops/demonstration/check_mapping"}},
      {{"prometheus/"}, {"ops/shell/metrics"}},
      {{"flatbuffers/"}, {"protocol/"}},
      {{"CLI/"}, {"ops/shell/start.cc", "ops/tool/", "ops/demonstration/"}, true},
      {{"catch2/"}, {}},
  };
  return all;
}

const Room* room_of(std::string_view path) {
  for (const Room& room : rooms()) {
    if (path.starts_with(room.folder)) return &room;
  }
  return nullptr;
}

std::string list(const Words& words) {
  std::string text;
  for (const auto word : words) text.append(text.empty() ? "" : ", ").append(word);
  return text.empty() ? "nothing" : text;
}

// What one #include breaks; empty when it is in order.
std::string include_fault(std::string_view path, std::string_view header, bool angled) {
  if (header.ends_with("_generated.h")) {
    return is_product(path) && !path.starts_with("protocol/") ? "generated headers stay in protocol/" : "";
  }
  const Room* target = room_of(header);
  if (target != nullptr) {
    const Room* own = room_of(path);
    if (own == nullptr || header.starts_with(own->folder) || starts_with_any(header, own->may_use)) return "";
    return std::string{own->folder} + " may use " + list(own->may_use);
  }
  if (!angled) return "write the path from the repository's root, and <> for what is not ours";
  if (!is_product(path)) return "";
  for (const ThirdParty& party : third_parties()) {
    if (!starts_with_any(header, party.headers)) continue;
    if (starts_with_any(path, party.homes) || (party.in_main && is_main(path))) return "";
    return "this header belongs to " + list(party.homes) + (party.in_main ? ", main.cc" : "");
  }
  return "";
}

struct Ban {
  Words words;  // matched as whole words where they begin or end with a letter
  std::string_view instead;
  Words homes;  // beginnings of paths where it is allowed
  bool in_main = false;
  bool in_tests = false;  // banned in tests too
};

const std::vector<Ban>& bans_in_code() {
  static const std::vector<Ban> all = {
      {{"steady_clock::now", "system_clock::now", "high_resolution_clock", "clock_gettime", "gettimeofday",
        "time(nullptr)", "time(NULL)"},
       "take `now` as a parameter; the loop reads the clock through ops/shell/process.h",
       {"ops/shell/process", "ops/measure/stopwatch"}},
      {{"random_device", "rand(", "srand(", "mt19937", "mt19937_64"},
       "take bytes from the Random you are given (protocol/base/random.h)",
       {}},
      {{"printf(", "std::cout", "puts(", "putchar(", "fprintf(stdout", "stdout"},
       "return the text, or log it (ops/shell/log.h)",
       {"ops/shell/start.cc", "ops/tool/", "ops/demonstration/"},
       true},
      {{"MDB_NOSYNC", "MDB_NOMETASYNC", "MDB_WRITEMAP", "MDB_NOLOCK", "MDB_MAPASYNC", "MDB_NOMEMINIT"},
       "use LMDB's default durability and locks",
       {}},
      {{"std::views::", "std::ranges::views::", "views::filter", "views::transform"},
       "use a loop or an algorithm: clang 14 does not compile range views of this library",
       {}},
      {{"using namespace"}, "name what you use", {}, false, true},
      {{"sleep_for", "sleep_until", "usleep(", "nanosleep(", "sleep("},
       "wait for the event itself, with a deadline",
       {},
       false,
       true},
  };
  return all;
}

const std::vector<Ban>& bans_in_remarks() {
  static const std::vector<Ban> all = {
      {{"TODO", "FIXME", "XXX", "HACK"},
       "finish it, or write what is not done in the folder's README",
       {},
       false,
       true},
  };
  return all;
}

// The offset of `word` at or after `from`, standing alone, or npos.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) {
  for (std::size_t at = text.find(word, from); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = !is_word(word.front()) || at == 0 || !is_word(text[at - 1]);
    const bool ends = !is_word(word.back()) || end == text.size() || !is_word(text[end]);
    if (begins && ends) return at;
  }
  return std::string_view::npos;
}

void search(const Source& file, std::string_view layer, const std::vector<Ban>& bans, Findings& findings) {
  for (const Ban& ban : bans) {
    if (!ban.in_tests && !is_product(file.path)) continue;
    if (starts_with_any(file.path, ban.homes) || (ban.in_main && is_main(file.path))) continue;
    for (const auto word : ban.words) {
      for (std::size_t at = find_word(layer, word, 0); at != std::string_view::npos;
           at = find_word(layer, word, at + 1)) {
        findings.push_back(
            {file.path, line_of(layer, at), std::string{word} + " is banned: " + std::string{ban.instead}});
      }
    }
  }
}

}  // namespace

std::string to_text(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += finding.path + (finding.line > 0 ? ":" + std::to_string(finding.line) : "") + ": " + finding.what + "\n";
  }
  return text;
}

const std::vector<std::string_view>& product_folders() {
  static const Words folders = {"protocol/", "crypto/", "store/", "ops/", "branch-agent/", "gateway/"};
  return folders;
}

Findings check_includes(const Source& file) {
  Findings findings;
  constexpr std::string_view directive = "#include";
  auto literal = file.literals.begin();
  for (std::size_t at = file.code.find(directive); at != std::string::npos; at = file.code.find(directive, at + 1)) {
    const int line = line_of(file.code, at);
    const std::size_t open = file.code.find_first_not_of(' ', at + directive.size());
    if (open == std::string::npos) break;
    std::string header;
    const bool angled = file.code[open] == '<';
    if (angled) {
      header = file.code.substr(open + 1, file.code.find_first_of(">\n", open) - open - 1);
    } else {
      literal = std::find_if(literal, file.literals.end(), [line](const auto& l) { return l.first == line; });
      if (literal == file.literals.end()) break;
      header = literal->second;
    }
    const std::string fault = include_fault(file.path, header, angled);
    if (!fault.empty()) findings.push_back({file.path, line, "must not include " + header + ": " + fault});
  }
  return findings;
}

Findings check_words(const Source& file) {
  Findings findings;
  search(file, file.code, bans_in_code(), findings);
  search(file, file.code, bans_in_remarks(), findings);
  search(file, file.remarks, bans_in_remarks(), findings);
  return findings;
}

Findings check_name(std::string_view path) {
  static const Words empty_names = {"util", "utils", "helper", "helpers", "common", "manager"};
  Findings findings;
  std::string words{path};
  std::replace(words.begin(), words.end(), '_', ' ');
  for (const auto name : empty_names) {
    if (find_word(words, name, 0) == std::string_view::npos) continue;
    findings.push_back({std::string{path}, 0, std::string{name} + " is no name: say what the file is about"});
  }
  return findings;
}

Findings check_machine_paths(const TextFile& file) {
  static const Words tops = {"work", "home", "root"};
  Findings findings;
  for (const auto name : tops) {
    const std::string top = "/" + std::string{name} + "/";
    for (std::size_t at = file.text.find(top); at != std::string::npos; at = file.text.find(top, at + 1)) {
      const char before = at == 0 ? '\n' : file.text[at - 1];
      if (is_word(before) || std::string_view{".})*/-"}.find(before) != std::string_view::npos) continue;
      findings.push_back({file.path, line_of(file.text, at), top + " is a path of one machine"});
    }
  }
  return findings;
}

Findings check_event_kinds(const Source& file) {
  static const Words rooms_without_kinds = {"store/", "ops/shell/", "crypto/", "branch-agent/", "gateway/"};
  static const Words kinds = {"registered",
                              "handed_over",
                              "started",
                              "disposed",
                              "replied",
                              "called_back",
                              "closed",
                              "withdrawn",
                              "reopened",
                              "amended",
                              "accepted",
                              "not_accepted",
                              "material_awaited",
                              "material_supplied",
                              "accused_named",
                              "accused_cleared",
                              "linked",
                              "unlinked",
                              "classified",
                              "classification_ruled",
                              "validity_stated",
                              "certified_valid",
                              "certified_special",
                              "responsibility_ruled",
                              "delivered",
                              "phone_noticed",
                              "assistance_asked",
                              "assisted",
                              "mediated",
                              "escalated",
                              "plan_fixed",
                              "dispute_ruled",
                              "conflict_declared",
                              "investigated",
                              "proposed",
                              "proposal_approved",
                              "proposal_returned",
                              "extension_asked",
                              "extension_granted",
                              "extension_denied",
                              "extension_told",
                              "promised",
                              "progress_told",
                              "time_excluded",
                              "time_resumed",
                              "facts_added",
                              "outstanding_noted",
                              "outstanding_settled",
                              "unreached",
                              "lateness_explained",
                              "offer_refused",
                              "instructions_asked",
                              "instructions_given",
                              "order_given",
                              "order_answered",
                              "answer_rejected",
                              "reply_rejected",
                              "regulator_reported",
                              "regulator_answered",
                              "media_asked",
                              "media_consented",
                              "media_denied",
                              "media_answered",
                              "correction_ordered",
                              "correction_verified",
                              "reminded",
                              "overdue",
                              "review_asked",
                              "review_decided",
                              "complained_again",
                              "reissued",
                              "withdrawal_claimed",
                              "withdrawal_free",
                              "withdrawal_pressed",
                              "abnormal_end_asked",
                              "abnormally_closed",
                              "abnormal_end_denied",
                              "passed_outside",
                              "gate_passed",
                              "archived"};
  Findings findings;
  if (!starts_with_any(file.path, rooms_without_kinds)) return findings;
  for (const auto& [line, inside] : file.literals) {
    if (std::find(kinds.begin(), kinds.end(), inside) == kinds.end()) continue;
    findings.push_back({file.path, line, "\"" + inside + "\" is an event kind: ask protocol/casework"});
  }
  return findings;
}

Findings check_registered(const std::vector<std::string>& test_paths, const std::vector<std::string>& registers) {
  std::string named = "\n";
  for (const std::string& text : registers) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      named += text.substr(at, end - at).substr(0, text.substr(at, end - at).find('#')) + "\n";
      at = end + 1;
    }
  }
  Findings findings;
  for (const std::string& path : test_paths) {
    const std::string short_path = path.substr(std::string_view{"tests/"}.size());
    bool found = false;
    for (std::size_t at = named.find(short_path); at != std::string::npos && !found;
         at = named.find(short_path, at + 1)) {
      const std::size_t end = at + short_path.size();
      found = std::string_view{" \n\""}.find(named[at - 1]) != std::string_view::npos &&
              std::string_view{" \n\")"}.find(named[end]) != std::string_view::npos;
    }
    if (!found) findings.push_back({path, 0, "is in no tests.cmake, so it never runs: add it to FILES"});
  }
  return findings;
}

Findings check_sizes(const Source& file) {
  Findings findings;
  if (file.line_count > kFileLinesMax) {
    findings.push_back({file.path, 0,
                        std::to_string(file.line_count) + " lines, at most " + std::to_string(kFileLinesMax) +
                            ": one file, one idea"});
  }
  if (!is_product(file.path)) return findings;
  for (const Function& function : functions_of(file)) {
    if (function.line_count <= kFunctionLinesMax) continue;
    findings.push_back({file.path, function.line,
                        std::to_string(function.line_count) + " lines, at most " + std::to_string(kFunctionLinesMax) +
                            ", in " + function.head});
  }
  return findings;
}

}  // namespace redress::house
