// case new | show | act | kinds: what people at a desk do, from a terminal.
#pragma once

#include <vector>

#include "ops/tool/session.h"

namespace redress::tool {

// After a form: whether what it will save is shown first, and asked for.
enum class Confirm { ask, skip };

// Asks field by field unless `fields` are given, as fields_from() takes them, under any of their names. A new key is
// made unless one is given. The form is on standard error; refused if it is not finished or not confirmed.
[[nodiscard]] int case_new(const Options& options, const std::vector<std::string>& fields, const std::string& key,
                           Confirm confirm = Confirm::ask);
// `why`: each due date with its explanation.
[[nodiscard]] int case_show(const Options& options, const std::string& id, bool why);
// `kind`: as `case kinds` lists it, or what people call it in Chinese or English. Asks field by field at a terminal
// unless `fields` are given.
[[nodiscard]] int case_act(const Options& options, const std::string& id, const std::string& kind,
                           const std::vector<std::string>& fields, const std::string& key,
                           Confirm confirm = Confirm::ask);
// What may be recorded, in both languages, and who may; with the fields if one kind is named.
[[nodiscard]] int case_kinds(const Options& options, const std::string& kind);
// Every case with its fields and timeline, one JSON object a line, newest first.

}  // namespace redress::tool
