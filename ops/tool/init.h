// init: makes a site's home. token: adds a token to it.
#pragma once

#include "ops/tool/session.h"

namespace redress::tool {

struct InitOptions {
  std::string role;  // gateway or branch
  std::string name;
  std::string zone = "Asia/Shanghai";
  std::string listen = "tcp://0.0.0.0:7600";
  std::string door;  // "": the role's default
  std::string join;  // a branch: the token, or @file
};

[[nodiscard]] int init(const Options& options, const InitOptions& what);
[[nodiscard]] int token(const Options& options, std::uint32_t staff, const std::string& duty);

}  // namespace redress::tool
