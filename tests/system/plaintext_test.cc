// What customers said and who they are is readable in no file that the programs write (P12): stores with their free
// pages, keystores, logs at their most talkative, a backup.
#include <cstring>
#include <random>
#include <set>
#include <unordered_map>

#include "tests/system/programs.h"

namespace redress::system_test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t head_bytes = 8;

// Values that occur nowhere by chance, half of them Chinese; no two begin alike.
class Planted {
 public:
  // A value that the field's form takes.
  std::string next(std::string_view field) {
    for (;;) {
      std::string value = field.ends_with("phone") ? mobile()
                          : field == "email"       ? ascii() + "@mail.example"
                          : made_++ % 2 == 0       ? ascii()
                                                   : chinese();
      if (heads_.try_emplace(head_of(value.data()), values_.size()).second) {
        values_.push_back(value);
        return value;
      }
    }
  }
  std::size_t count() const { return values_.size(); }

  // Where any of them lies in a file under `folder`.
  std::vector<std::string> found_in(const std::string& folder, std::size_t& bytes) const {
    std::vector<std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      const std::string text = text_of_file(entry.path().string());
      bytes += text.size();
      for (std::size_t at = 0; at + head_bytes <= text.size(); ++at) {
        const auto head = heads_.find(head_of(text.data() + at));
        if (head == heads_.end() || text.compare(at, values_[head->second].size(), values_[head->second]) != 0)
          continue;
        out.push_back(entry.path().string() + " at " + std::to_string(at) + ": " + values_[head->second]);
      }
    }
    return out;
  }

 private:
  static std::uint64_t head_of(const char* text) {
    std::uint64_t head = 0;
    std::memcpy(&head, text, head_bytes);
    return head;
  }
  std::string ascii() {
    static constexpr char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    std::string out;
    for (int i = 0; i < 18; ++i) out += letters[random_() % (sizeof letters - 1)];
    return out;
  }
  std::string mobile() {
    std::string out = "13";
    for (int i = 0; i < 9; ++i) out += static_cast<char>('0' + random_() % 10);
    return out;
  }
  // Eight characters of the common block, three bytes each.
  std::string chinese() {
    std::string out;
    for (int i = 0; i < 8; ++i) {
      const auto point = static_cast<std::uint32_t>(0x4E00 + random_() % 0x5000);
      out += static_cast<char>(0xE0 | (point >> 12));
      out += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
      out += static_cast<char>(0x80 | (point & 0x3F));
    }
    return out;
  }

  std::mt19937 random_{20'261'128};
  std::size_t made_ = 0;
  std::vector<std::string> values_;
  std::unordered_map<std::uint64_t, std::size_t> heads_;
};

void talk_more(Site& site) {
  const std::string path = site.home + "/redress.toml";
  std::string config = text_of_file(path);
  const std::string level = "level = \"info\"";
  const auto at = config.find(level);
  REQUIRE(at != std::string::npos);
  config.replace(at, level.size(), "level = \"debug\"");
  std::ofstream{path} << config;
  CHECK(site.terminate() == 0);
  site.start();
}

// What the programs made that is not for its owner only. The file of standard error is the test's; a certificate is for
// all.
std::vector<std::string> open_to_others(const std::string& home) {
  std::vector<std::string> out;
  constexpr fs::perms others = fs::perms::group_all | fs::perms::others_all;
  for (const auto& entry : fs::recursive_directory_iterator(home)) {
    const bool ours = entry.path().filename() != "stderr" && entry.path().filename() != "door.crt";
    if (ours && (entry.status().permissions() & others) != fs::perms::none) out.push_back(entry.path().string());
  }
  return out;
}

}  // namespace

TEST_CASE("Plaintext: of 1,000 planted personal values none is in any file, and no file is open to others") {
  Network network;
  for (Site* site : {&network.gateway, &network.primary, &network.outlet}) talk_more(*site);
  Planted planted;
  constexpr std::array personal{"customer_name", "id_no",         "phone",          "callback_phone", "email",
                                "address",       "reporter_name", "accused_person", "claim"};
  std::vector<std::string> ids;
  for (int i = 1; i <= 100; ++i) {
    json fields{{"narrative", planted.next("narrative")}};
    for (const char* name : personal) fields[name] = planted.next(name);
    const auto answer =
        network.outlet.client().post("/api/v1/cases", {{"fields", fields}}, "desk/" + std::to_string(i));
    INFO((answer ? "" : answer.error().what));
    REQUIRE(answer.has_value());
    ids.push_back((*answer)["case"]);
  }
  CHECK(planted.count() == 1'000);
  // What is refused is not written down either.
  const std::string in_bad_field = planted.next("narrative");
  CHECK_FALSE(network.outlet.client()
                  .post("/api/v1/cases", {{"fields", {{"narrative", "n"}, {"amount_fen", in_bad_field}}}}, "desk/bad")
                  .has_value());
  REQUIRE(until([&] { return network.gateway.has(ids.back(), "registered"); }));
  for (std::size_t i = 0; i < ids.size(); i += 5) network.dispose(ids[i], "office/" + std::to_string(i));
  REQUIRE(until([&] { return network.outlet.has(ids[95], "disposed") && network.is_level(); }));
  network.outlet.signal(SIGKILL);  // leaves what was in flight
  CHECK(network.outlet.ended() == 128 + SIGKILL);
  network.outlet.start();
  CHECK(network.outlet.case_count() == 100);
  static_cast<void>(network.gateway.done({"backup", "--to", network.folder / "copy"}));
  const auto shown = network.gateway.client().get("/api/v1/cases/" + ids.front() + "?full=1");
  REQUIRE(shown.has_value());
  for (Site* site : {&network.gateway, &network.primary, &network.outlet}) {
    CHECK(open_to_others(site->home) == std::vector<std::string>{});
    CHECK(site->terminate() == 0);
  }
  CHECK(open_to_others(network.folder / "copy") == std::vector<std::string>{});

  std::size_t bytes = 0;
  const auto found = planted.found_in(network.folder / "", bytes);
  INFO((found.empty() ? "" : found.front()));
  CHECK(found.empty());
  CHECK(bytes > std::size_t{1} << 20);
  // The search does find what is there.
  std::ofstream{network.folder / "leak"} << "x" << planted.next("narrative") << "y";
  CHECK(planted.found_in(network.folder / "", bytes).size() == 1);
}

}  // namespace redress::system_test
