#include "protocol/rules/shipped.h"

#include "protocol/base/assert.h"

namespace redress::rules {

Calendars shipped_calendars() {
  Calendars calendars;
  for (const ShippedFile& file : shipped_files()) {
    if (file.name.ends_with(".calendar")) REDRESS_ASSERT(calendars.add(file.name, file.text).has_value());
  }
  return calendars;
}

Profiles shipped_profiles() {
  Profiles profiles;
  for (const ShippedFile& file : shipped_files()) {
    if (file.name.ends_with(".profile")) REDRESS_ASSERT(profiles.add(file.name, file.text).has_value());
  }
  return profiles;
}

}  // namespace redress::rules
