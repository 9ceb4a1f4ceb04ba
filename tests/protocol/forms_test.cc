#include "protocol/casework/forms.h"

#include <catch2/catch.hpp>
#include <string>

namespace redress::casework {
namespace {

bool fits(Form form, std::string_view value) { return !form_fault(form, value).has_value(); }

// The check characters were computed by an independent program from the standards' formulas.
const std::vector<std::string> residents{"11010519491231002X", "440524188001010014"};
const std::vector<std::string> cards{"4111111111111111", "6222021234567890128", "6217000010000001233"};

}  // namespace

TEST_CASE("Forms: an identity number has a day that exists and the check character of GB 11643", "[REC-01]") {
  for (const std::string& id : residents) {
    INFO(id);
    CHECK(fits(Form::resident_id, id));
    // One changed character is always found: GB 11643's check finds every single error.
    for (std::size_t i = 0; i < id.size(); ++i) {
      for (const char other : std::string_view{"0123456789X"}) {
        if (other == id[i]) continue;
        std::string wrong = id;
        wrong[i] = other;
        CHECK_FALSE(fits(Form::resident_id, wrong));
      }
    }
  }
  CHECK(fits(Form::resident_id, "11010519491231002x"));
  CHECK(fits(Form::resident_id, "110105491231002"));
  for (const char* wrong : {"", "110105490231002", "1101051949123100", "110105194912310021", "11010519491331002X",
                            "A1010519491231002X", "11010519491231002X ", "1101054912310021"}) {
    INFO(wrong);
    CHECK_FALSE(fits(Form::resident_id, wrong));
  }
}

TEST_CASE("Forms: a card's last digit is Luhn's, and one changed digit is found", "[REC-01]") {
  for (const std::string& card : cards) {
    INFO(card);
    CHECK(fits(Form::bank_card, card));
    for (std::size_t i = 0; i < card.size(); ++i) {
      std::string wrong = card;
      wrong[i] = static_cast<char>('0' + (wrong[i] - '0' + 1) % 10);
      CHECK_FALSE(fits(Form::bank_card, wrong));
    }
  }
  for (const char* wrong : {"", "411111111111", "41111111111111111111", "4111 1111 1111 1111", "abcd111111111111"}) {
    CHECK_FALSE(fits(Form::bank_card, wrong));
  }
}

TEST_CASE("Forms: telephones of every usual kind, one or several", "[REC-01][REC-13]") {
  for (const char* good :
       {"13800138000", "+86 138 0013 8000", "8613800138000", "138-0013-8000", "010-12345678", "0755-88888888",
        "0755-88888888转123", "(021)58888888", "021-58888888 ext.12", "88888888", "400-888-8888", "95588", "12345",
        "+1 212 555 0100", "13800138000 010-12345678", "13800138000、0755-88888888", "13800138000/13900139000"}) {
    INFO(good);
    CHECK(fits(Form::phone, good));
  }
  for (const char* bad : {"", "12800138000", "1380013800", "138001380001", "phone", "13800138000（本人）", "123",
                          "0000", "+86", "13800138000、x", ";;"}) {
    INFO(bad);
    CHECK_FALSE(fits(Form::phone, bad));
  }
}

TEST_CASE("Forms: accounts, addresses and codes of organisations", "[REC-01]") {
  CHECK(fits(Form::account, "1100-2233-4455"));
  CHECK_FALSE(fits(Form::account, "1234"));
  CHECK_FALSE(fits(Form::account, "账号12345"));
  CHECK(fits(Form::email, "zhang.san@bank.example.cn"));
  for (const char* bad : {"zhang", "@x.cn", "a@b", "a@b.c", "a b@c.cn", "a@@c.cn", "a@c.cn,b@c.cn"}) {
    INFO(bad);
    CHECK_FALSE(fits(Form::email, bad));
  }
  CHECK(fits(Form::social_credit, "91350100M000100Y43"));
  for (const char* bad : {"91350100M000100Y44", "91350100M000100Y4", "91350100I000100Y43", ""}) {
    INFO(bad);
    CHECK_FALSE(fits(Form::social_credit, bad));
  }
  CHECK(fits(Form::any, "whatever"));
}

TEST_CASE("Forms: a group is spoken for by one to five people") {
  for (const char* good : {"张三", "张三、李四；王五", "Zhang San, Li Si", "甲、乙、丙、丁、戊", "甲/乙/丙/丁/戊/"}) {
    INFO(good);
    CHECK(fits(Form::representatives, good));
  }
  for (const char* bad : {"、", " ; ", "甲、乙、丙、丁、戊、己", "a,b;c/d，e；f"}) {
    INFO(bad);
    CHECK_FALSE(fits(Form::representatives, bad));
  }
}

TEST_CASE("Forms: the type of a document says whether its number is a resident's") {
  CHECK(is_resident_id_type("居民身份证"));
  CHECK(is_resident_id_type("Resident identity card"));
  CHECK_FALSE(is_resident_id_type("护照"));
  CHECK_FALSE(is_resident_id_type(""));
}

TEST_CASE("Forms: personal data in free text is pointed out where it stands", "[REC-02]") {
  const std::string text =
      "客户张三（身份证11010519491231002X，手机138-0013-8000）卡号6222 0212 3456 7890 128被扣500元，邮箱a.b@bank.cn。";
  const auto spots = personal_data_in(text);
  REQUIRE(spots.size() == 4);
  const auto said = [&](std::size_t i) { return text.substr(spots[i].at, spots[i].bytes); };
  CHECK(spots[0].what == Personal::resident_id);
  CHECK(said(0) == "11010519491231002X");
  CHECK(spots[1].what == Personal::mobile);
  CHECK(said(1) == "138-0013-8000");
  CHECK(spots[2].what == Personal::bank_card);
  CHECK(said(2) == "6222 0212 3456 7890 128");
  CHECK(spots[3].what == Personal::email);
  CHECK(said(3) == "a.b@bank.cn");
  CHECK(personal_data_in("13800138000 13900139000").size() == 2);
}

TEST_CASE("Forms: dates, amounts, numbers of cases and other digits are not taken for persons") {
  for (const char* text :
       {"", "2026-11-22 08:05:00", "金额50000.00元，流水20261122080500", "编号2-20261122-17-AB", "A13800138000B",
        "0.13800138000", "投诉电话95588", "12345678901234567890123456789", "@", "a@"}) {
    INFO(text);
    CHECK(personal_data_in(text).empty());
  }
}

TEST_CASE("Forms: any bytes at all are looked through, within the bound") {
  std::string many;
  for (int i = 0; i < 200; ++i) many += "13800138000,";
  CHECK(personal_data_in(many).size() == spots_max);
  std::uint32_t state = 7;
  for (int round = 0; round < 2'000; ++round) {
    std::string text;
    for (int i = 0; i < 60; ++i) {
      state = state * 1664525 + 1013904223;
      constexpr std::string_view some = "0123456789xX -@.\xE5\x8D\xA1";
      text += some[state >> 16 & 15];
    }
    for (const Spot& spot : personal_data_in(text)) REQUIRE(spot.at + spot.bytes <= text.size());
  }
}

}  // namespace redress::casework
