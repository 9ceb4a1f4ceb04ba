// The table of mutants, held against the code that carries them and the page that explains them.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "tests/guard/mutants.h"

namespace redress::guard {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::multiset<int> planted() {
  std::multiset<int> out;
  constexpr std::string_view mark = "REDRESS_MUTANT(";
  for (const char* room : {"protocol", "crypto", "store"}) {
    for (const auto& file :
         std::filesystem::recursive_directory_iterator(std::filesystem::path{REDRESS_SOURCE_DIR} / room)) {
      if (file.path().extension() != ".cc") continue;
      const std::string text = read(file.path());
      for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
        out.insert(std::stoi(text.substr(at + mark.size(), 4)));
      }
    }
  }
  return out;
}

}  // namespace

TEST_CASE("Mutants: each is planted once, and none is unlisted", "[table]") {
  std::multiset<int> listed;
  for (const Mutant& mutant : mutants) listed.insert(mutant.number);
  CHECK(planted() == listed);
}

TEST_CASE("Mutants: the README has the line of each", "[table]") {
  const std::string page = read(std::filesystem::path{REDRESS_SOURCE_DIR} / "tests/guard/README.md");
  for (const Mutant& mutant : mutants) {
    const std::string line = "| " + std::to_string(mutant.number) + " | " + std::string{mutant.promise} + " | " +
                             std::string{mutant.what} + " |";
    INFO(line);
    CHECK(page.find(line) != std::string::npos);
  }
}

TEST_CASE("Mutants: every promise that is guarded has one", "[table]") {
  std::set<std::string_view> promises;
  for (const Mutant& mutant : mutants) promises.insert(mutant.promise);
  for (const char* promise :
       {"P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "P12", "P13", "P14"}) {
    INFO(promise);
    CHECK(promises.contains(promise));
  }
}

}  // namespace redress::guard
