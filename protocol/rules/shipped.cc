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

}  // namespace redress::rules
