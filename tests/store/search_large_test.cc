// The search over a hundred thousand cases, against a plain scan of the same texts: every planted value, Chinese and
// Latin, and nothing else.
#include <catch2/catch.hpp>

#include "tests/store/archive.h"

namespace redress::store {
namespace {

constexpr std::size_t cases_count = 100'000;
constexpr std::size_t planted_every = 500;

std::size_t below(Random& random, std::size_t n) { return Reader{random.fixed<KeyId>().bytes}.u64() % n; }

// What only one case has: wide characters that invented text does not use, or a word of letters and digits.
std::string planted_value(std::size_t which) {
  const std::string number = std::to_string(which);
  return which % (2 * planted_every) == 0 ? "鑫龘" + number + "堃" : "qz" + number + "vx";
}

// Common characters around it, and its place in the text at random.
std::string planted_text(Random& random, const std::string& value) {
  return invented(random, below(random, 40)) + value + invented(random, below(random, 40));
}

void fill(Archive& archive, std::vector<std::pair<std::string, std::size_t>>& planted) {
  Random& random = archive.node.random;
  for (std::size_t i = 0; i < cases_count; ++i) {
    if (i % planted_every != 0) {
      archive.write(invented(random, 20 + i % 60), i % 5 == 0 ? invented(random, 4) : "");
      continue;
    }
    planted.emplace_back(planted_value(i), i);
    // In the first field or the second.
    if (i % (4 * planted_every) == 0) {
      archive.write(invented(random, 30), planted.back().first);
    } else {
      archive.write(planted_text(random, planted.back().first));
    }
  }
  archive.follow();
}

}  // namespace

TEST_CASE("Search: of 100,000 cases every planted value is found, and nothing else, as a plain scan does") {
  Archive archive{400};
  std::vector<std::pair<std::string, std::size_t>> planted;
  fill(archive, planted);
  REQUIRE(archive.written.size() == cases_count);
  REQUIRE(planted.size() == cases_count / planted_every);
  for (const auto& [value, at] : planted) {
    INFO("value=" << value);
    archive.opened = 0;
    CHECK(archive.found(value) == std::vector<CaseId>{archive.written[at].id});
    CHECK(archive.opened < 500);  // signatures name little else
  }
  // What many have, and what nobody has: the same as a plain scan.
  std::size_t found = 0;
  for (const std::string word :
       {"鑫龘", "vx", "王李", "密码王", "的我在", "rest", "sint ea", "𠮷䶮", "qz5", "堃鑫", "zzz"}) {
    INFO("word=" << word);
    const std::vector<CaseId> expected = archive.scanned({word});
    if (!is_indexable(fold_text(word))) continue;
    const bool quoted = word.find(' ') != std::string::npos;
    CHECK(sorted(archive.found(quoted ? '"' + word + '"' : word, 500)) == sorted(expected));
    found += expected.size();
  }
  CHECK(found > 1'000);
  // Two words in one entry.
  CHECK(sorted(archive.found("鑫龘 王李", 500)) == sorted(archive.scanned({"鑫龘", "王李"})));
}

}  // namespace redress::store
