// case new | show | act | kinds: what people at a desk do, from a terminal.
#pragma once

#include <vector>

#include "ops/tool/session.h"

namespace redress::tool {

// Asks field by field unless `fields` ("name=value") are given. A new key is made unless one is given.
[[nodiscard]] int case_new(const Options& options, const std::vector<std::string>& fields, const std::string& key);
// `why`: each due date with its explanation.
[[nodiscard]] int case_show(const Options& options, const std::string& id, bool why);
// `kind`: as `case kinds` lists it, or what people call it in Chinese or English. Asks field by field at a terminal
// unless `fields` are given.
[[nodiscard]] int case_act(const Options& options, const std::string& id, const std::string& kind,
                           const std::vector<std::string>& fields, const std::string& key);
// What may be recorded, in both languages, and who may; with the fields if one kind is named.
[[nodiscard]] int case_kinds(const Options& options, const std::string& kind);
// Every case with its fields and timeline, one JSON object a line, newest first.

}  // namespace redress::tool
