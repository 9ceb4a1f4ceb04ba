// init: makes a site's home. token: adds a token to it.
#pragma once

#include "ops/shell/config.h"
#include "ops/tool/session.h"

namespace redress::tool {

struct InitOptions {
  std::string role;  // gateway or branch
  std::string name;
  std::string zone = "Asia/Shanghai";
  std::string listen = "tcp://0.0.0.0:7600";
  std::string door;                     // "": the role's default
  std::string join;                     // a branch: the token, or @file
  std::vector<std::string> desk_roles;  // that whoever sits at the desk holds
};

struct TokenOptions {
  std::uint32_t staff = 1;
  std::string duty = "casework";
  std::vector<std::string> roles;  // each a role of a shown profile, else it is refused with those that there are
};

// What a program that is started with this configuration would refuse it for; fails naming the option that the value
// came from. `connect_option`: the one that says where a branch connects.
[[nodiscard]] Status check_config(const shell::Config& config, const char* connect_option);

[[nodiscard]] int init(const Options& options, const InitOptions& what);
[[nodiscard]] int token(const Options& options, const TokenOptions& what);

}  // namespace redress::tool
