#include "crypto/private_file.h"

#include <sys/stat.h>

#include "tests/crypto/fixture.h"

namespace redress::crypto {

TEST_CASE("Private file: a file is replaced whole, with its mode, and nothing stays beside it") {
  const Folder folder;
  const std::string path = folder.file("secret");
  put(path + ".new", view_of("left over from a crash, and longer"));
  const mode_t before = ::umask(0777);
  const Status first = replace_file(path, view_of("one"), Access::owner_only);
  ::umask(before);
  REQUIRE(first);
  CHECK(mode_of(path) == 0600);
  REQUIRE(replace_file(path, view_of("two"), Access::everyone_reads));
  CHECK(mode_of(path) == 0644);
  CHECK(text_of(content_of(path)) == "two");
  CHECK_FALSE(std::filesystem::exists(path + ".new"));
}

TEST_CASE("Private file: a file that cannot be written says so and leaves the old one") {
  const Folder folder;
  CHECK(code_of(replace_file(folder.file("no/such/folder"), view_of("x"), Access::owner_only)) == Code::io);
  const std::string path = folder.file("taken");
  std::filesystem::create_directory(path);
  CHECK(code_of(replace_file(path, view_of("x"), Access::owner_only)) == Code::io);
  CHECK(std::filesystem::is_directory(path));
  CHECK_FALSE(std::filesystem::exists(path + ".new"));
}

TEST_CASE("Private file: a link beside is not followed") {
  const Folder folder;
  put(folder.file("victim"), view_of("untouched"));
  std::filesystem::create_symlink(folder.file("victim"), folder.file("secret.new"));
  REQUIRE(replace_file(folder.file("secret"), view_of("x"), Access::owner_only));
  CHECK(text_of(content_of(folder.file("victim"))) == "untouched");
}

TEST_CASE("Private file: reading stops at the limit") {
  const Folder folder;
  put(folder.file("a"), view_of("12345"));
  const auto whole = read_file(folder.file("a"), 5, Access::owner_only);
  REQUIRE(whole);
  CHECK(text_of(*whole) == "12345");
  CHECK(code_of(read_file(folder.file("a"), 4, Access::owner_only)) == Code::too_large);
}

TEST_CASE("Private file: what is not a file is not read") {
  const Folder folder;
  CHECK(code_of(read_file(folder.file("none"), 5, Access::owner_only)) == Code::not_found);
  CHECK(code_of(read_file(folder.path(), 5, Access::everyone_reads)) == Code::bad_config);
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  CHECK(code_of(read_file(folder.file("pipe"), 5, Access::owner_only)) == Code::bad_config);
}

TEST_CASE("Private file: any right of group or others is refused, with the remedy") {
  const Folder folder;
  const std::string path = folder.file("secret");
  put(path, view_of("x"));
  const mode_t mode = GENERATE(mode_t{0640}, mode_t{0604}, mode_t{0620}, mode_t{0601});
  INFO(mode);
  REQUIRE(::chmod(path.c_str(), mode) == 0);
  const auto refused = read_file(path, 5, Access::owner_only);
  REQUIRE(code_of(refused) == Code::bad_config);
  CHECK(refused.error().what.find("chmod 600") != std::string::npos);
  CHECK(refused.error().field == path);
  CHECK(read_file(path, 5, Access::everyone_reads));
}

}  // namespace redress::crypto
