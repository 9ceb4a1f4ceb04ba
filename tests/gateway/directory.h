// members.log in a temporary folder, for the tests of head office.
#pragma once

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "gateway/members.h"
#include "tests/sim/pair.h"

namespace redress::gateway {

inline constexpr WallTime noon{1'795'305'600'000};  // 2026-11-22
inline constexpr std::int64_t day_ms = 24 * 3'600'000;

[[nodiscard]] constexpr WallTime plus_ms(WallTime at, std::int64_t ms) { return WallTime{at.value() + ms}; }

[[nodiscard]] inline PublicKey key_number(unsigned number) {
  PublicKey key;
  key.bytes.fill(static_cast<std::byte>(number));
  return key;
}

class Directory {
 public:
  explicit Directory(const NetworkId& network = sim::sim_domain().network) {
    std::string name = (std::filesystem::temp_directory_path() / "redress_members_XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder = name;
    options = {folder + "/members.log", network, {}};
    options.kek.bytes()[0] = std::byte{8};
    open();
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() { std::filesystem::remove_all(folder); }

  // As at the next start.
  void open() {
    auto opened = try_open();
    INFO((opened ? "" : opened.error().what));
    REQUIRE(opened.has_value());
    members = std::move(*opened);
  }
  [[nodiscard]] Result<std::unique_ptr<Members>> try_open() {
    members.reset();
    return Members::open(options, random);
  }
  [[nodiscard]] std::string text() const {
    std::ifstream file{options.path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
  void write(const std::string& text) const { std::ofstream{options.path, std::ios::binary} << text; }

  [[nodiscard]] static Member invited(std::uint32_t site, std::uint32_t parent = 1) {
    Member member;
    member.site = SiteId{site};
    member.parent = SiteId{parent};
    member.name = "site " + std::to_string(site);
    member.zone = "Asia/Shanghai";
    member.one_time = key_number(100 + site);
    member.invite_expires = plus_ms(noon, day_ms);
    return member;
  }
  // As a connection of that site shows it.
  [[nodiscard]] static Invitation invitation(std::uint32_t site) { return {SiteId{site}, *invited(site).one_time}; }
  // With keys of its number.
  void enrol(std::uint32_t site, std::uint32_t parent = 1) {
    REQUIRE(members->invite(invited(site, parent)).has_value());
    REQUIRE(members->enrol(invitation(site), key_number(site), key_number(50 + site), noon).has_value());
  }

  std::string folder;
  sim::SeededRandom random{1};
  MembersOptions options;
  std::unique_ptr<Members> members;
};

[[nodiscard]] inline std::optional<Code> code_of(const Status& status) {
  return status ? std::nullopt : std::optional{status.error().code};
}

}  // namespace redress::gateway
