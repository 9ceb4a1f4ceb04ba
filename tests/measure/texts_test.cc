#include "ops/measure/texts.h"

#include <unistd.h>
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "ops/tool/csv.h"
#include "protocol/base/bytes.h"

namespace redress::measure {
namespace {

const std::string tree{REDRESS_SOURCE_DIR};

class File {
 public:
  File() {
    std::string name = (std::filesystem::temp_directory_path() / "redress_texts_XXXXXX").string();
    const int fd = mkstemp(name.data());
    REQUIRE(fd >= 0);
    ::close(fd);
    path = name;
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { std::filesystem::remove(path); }
  std::string path;
};

std::string cfpb_table(std::size_t rows, const std::string& tail) {
  std::string table =
      "Date received,Product,Sub-product,Issue,Sub-issue,Consumer complaint narrative,Company public response,Company,"
      "State,ZIP code,Tags,Consumer consent provided?,Submitted via,Date sent to company,Company response to consumer,"
      "Timely response?,Consumer disputed?,Complaint ID\n";
  for (std::size_t i = 0; i < rows; ++i) {
    std::vector<std::string> cells(18);
    cells[0] = "2026-02-02";
    cells[5] = std::to_string(i) + tail;
    cells[17] = std::to_string(i);
    table += tool::csv_line(cells);
  }
  return table;
}

}  // namespace

TEST_CASE("Texts: the samples give as many different texts as are asked for, of the size that was meant") {
  const auto texts = sample_texts(tree, texts_min);
  REQUIRE(texts.has_value());
  CHECK(std::set<std::string>(texts->begin(), texts->end()).size() == texts_min);
  std::size_t bytes = 0;
  for (const std::string& text : *texts) {
    CHECK(is_plain_utf8(text));
    bytes += plain_record(text).size();
  }
  const std::size_t mean = bytes / texts->size();
  CHECK(mean > 1450);
  CHECK(mean < 1600);
}

TEST_CASE("Texts: the same ones in every run") {
  const auto once = sample_texts(tree, 50);
  const auto again = sample_texts(tree, 50);
  REQUIRE((once.has_value() && again.has_value()));
  CHECK(*once == *again);
}

TEST_CASE("Texts: written and read back") {
  const File file;
  const Texts texts{"a", "", "\xE6\x8A\x95\xE8\xAF\x89 2"};
  REQUIRE(write_texts(file.path, texts).has_value());
  const auto back = read_texts(file.path);
  REQUIRE(back.has_value());
  CHECK(*back == texts);
  std::ofstream{file.path, std::ios::app} << 'x';
  const auto damaged = read_texts(file.path);
  REQUIRE_FALSE(damaged.has_value());
  CHECK(damaged.error().code == Code::damaged);
}

TEST_CASE("Texts: a table gives texts of the same size, short narratives joined and long ones cut") {
  const File file;
  std::ofstream{file.path} << cfpb_table(1200, std::string(text_bytes, 'n'));
  const auto texts = table_texts(tree, file.path);
  REQUIRE(texts.has_value());
  CHECK(texts->size() >= texts_min);
  for (const std::string& text : *texts) CHECK(text.size() == text_bytes);
}

TEST_CASE("Texts: a table with too little in it is refused") {
  const File file;
  std::ofstream{file.path} << cfpb_table(100, std::string(text_bytes, 'n'));
  const auto texts = table_texts(tree, file.path);
  REQUIRE_FALSE(texts.has_value());
  CHECK(texts.error().code == Code::bad_value);
}

}  // namespace redress::measure
