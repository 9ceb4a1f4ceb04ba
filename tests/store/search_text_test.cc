#include "store/search_text.h"

#include <catch2/catch.hpp>

#include "protocol/base/bytes.h"

namespace redress::store {
namespace {

std::vector<std::u32string> terms_of(std::string_view text) {
  const auto query = parse_query(text);
  REQUIRE(query.has_value());
  return query->terms;
}

Code refusal_of(std::string_view text) {
  const auto query = parse_query(text);
  REQUIRE_FALSE(query.has_value());
  CHECK(query.error().field == "q");
  return query.error().code;
}

}  // namespace

TEST_CASE("SearchText: width and case make no difference") {
  CHECK(fold_text("ＡＢＣ１２３") == U"abc123");
  CHECK(fold_text("Credit CARD") == U"credit card");
  CHECK(fold_text("ﾊﾞﾝｸ") == fold_text("バンク"));
  CHECK(fold_text("ΣΊΣΥΦΟΣ") == fold_text("σίσυφος"));
  CHECK(fold_text("Straße") == U"strasse");
  CHECK(fold_text("ﬁle №５ ㈱ ㎏") == U"file no5 (株) kg");
}

TEST_CASE("SearchText: accents of letters make no difference, composed or not") {
  CHECK(fold_text("Müller Élodie") == U"muller elodie");
  CHECK(fold_text("e\u0301") == fold_text("é"));
  CHECK(fold_text("ệ") == U"e");
  CHECK(fold_text("Łódź") == U"łodz");
  // Every other letter of a row of pairs.
  CHECK(fold_text("ĐđŊŋ") == U"đđŋŋ");
}

TEST_CASE("SearchText: characters beyond the BMP stay whole, and are not taken for others") {
  CHECK(fold_text("𠮷野家") == U"\U00020BB7野家");
  CHECK(fold_text("𠮷") != fold_text("吉"));
  CHECK(fold_text("㐂䶮𫖯") == U"\u3402\u4DAE\U0002B5AF");
  CHECK(fold_text("😀") == U"\U0001F600");
}

TEST_CASE("SearchText: compatibility ideographs and radicals are the characters they stand for") {
  CHECK(fold_text("\uF900") == U"\u8C48");
  CHECK(fold_text("\U0002F800") == U"\u4E3D");
  CHECK(fold_text("⼈") == U"人");
}

TEST_CASE("SearchText: white space of any kind is one space, and none at the ends") {
  CHECK(fold_text("  信用\t\r\n 卡　号 \u00A0") == U"信用 卡 号");
  CHECK(fold_text("信\u200B用\uFEFF卡") == U"信用卡");
  CHECK(fold_text("").empty());
  CHECK(fold_text(" \n　").empty());
}

TEST_CASE("SearchText: what has no width is left out, marks of direction too") {
  // As a telephone comes from a contacts program.
  CHECK(fold_text("\u202D138 0013 8000\u202C") == U"138 0013 8000");
  for (const std::string mark :
       {"\u00AD", "\u061C", "\u180B",     "\u180E",     "\u180F",     "\u200B",     "\u200E",    "\u200F", "\u202A",
        "\u202E", "\u2060", "\u2061",     "\u2064",     "\u2066",     "\u2069",     "\u206F",    "\uFE0F", "\uFEFF",
        "\uFFF9", "\uFFFB", "\U0001BCA0", "\U0001D173", "\U000E0001", "\U000E007F", "\U000E0100"}) {
    INFO("mark=" << to_hex(view_of(mark)));
    CHECK(fold_text("信用" + mark + "卡1" + mark + "2") == U"信用卡12");
  }
  // Their neighbours in the table of characters stay.
  CHECK(fold_text("\u061B\u061E\u2010\u2065\uFFFC") == U"\u061B\u061E\u2010\u2065\uFFFC");
}

TEST_CASE("SearchText: what is not UTF-8 is left out and harms nothing") {
  CHECK(fold_text("a\xFF\xC0\x80"
                  "b") == U"ab");
  CHECK(fold_text("卡\xE5\x8D") == U"卡");
  CHECK(fold_text("\xF4\x90\x80\x80").empty());
}

TEST_CASE("SearchText: words by white space, quotes keep it inside") {
  CHECK(terms_of("Wang  信用卡") == std::vector<std::u32string>{U"wang", U"信用卡"});
  CHECK(terms_of("\"credit  card\" fee") == std::vector<std::u32string>{U"credit card", U"fee"});
  CHECK(terms_of("＂a b＂ long") == std::vector<std::u32string>{U"a b", U"long"});
  CHECK(terms_of("\"open end") == std::vector<std::u32string>{U"open end"});
}

TEST_CASE("SearchText: one term must be long enough; short ones may stand beside it") {
  CHECK(terms_of("王 13800138000").size() == 2);
  CHECK(terms_of("abc").size() == 1);
  CHECK(terms_of("王a").size() == 1);
  CHECK(refusal_of("王") == Code::bad_value);
  CHECK(refusal_of("ab") == Code::bad_value);
  CHECK(refusal_of("  \"\" ") == Code::bad_value);
  CHECK(refusal_of("") == Code::missing_field);
  CHECK(refusal_of(std::string(257, 'a')) == Code::too_large);
  CHECK(refusal_of("aaa bbb ccc ddd eee fff ggg hhh iii") == Code::too_large);
}

}  // namespace redress::store
