# The house's gates: rules of the tree, purity, links; layout and lint among the slow ones.
add_library(house_rules STATIC house/functions.cc house/rules.cc house/source.cc)
target_link_libraries(house_rules PUBLIC redress_flags)
redress_tests(house DEPENDS house_rules FILES house/house_test.cc)
target_compile_definitions(test_house PRIVATE REDRESS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

# Purity.
add_library(house_planted_impure STATIC house/planted_impure.cc)
target_link_libraries(house_planted_impure PRIVATE redress_flags)
set(pure_libraries "")
foreach(room protocol_base protocol_journal protocol_wire protocol_sync protocol_rules protocol_casework)
  if(TARGET ${room})
    list(APPEND pure_libraries $<TARGET_FILE:${room}>)
  endif()
endforeach()
add_test(NAME "house: purity: protocol asks nothing of the machine"
  COMMAND bash ${CMAKE_CURRENT_LIST_DIR}/purity.sh $<TARGET_FILE:house_planted_impure> ${pure_libraries})

# Links: each room whole, against only what it declares (cmake/room.cmake). Builds, so it runs alone.
get_property(rooms GLOBAL PROPERTY REDRESS_ROOMS)
list(TRANSFORM rooms APPEND _links)
set(links_test "house: links: each room links with only what it declares")
add_test(NAME ${links_test} COMMAND ${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR} --target ${rooms})
add_library(house_planted_upward STATIC EXCLUDE_FROM_ALL house/planted_upward.cc)
add_executable(house_planted_upward_links EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/link/protocol_base.cc)
target_link_libraries(house_planted_upward_links PRIVATE $<LINK_LIBRARY:WHOLE_ARCHIVE,house_planted_upward>)
set(planted_links_test "house: links: a call that no arrow allows does not link")
add_test(NAME ${planted_links_test}
  COMMAND ${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR} --target house_planted_upward_links)
set_tests_properties(${planted_links_test} PROPERTIES ENVIRONMENT LC_ALL=C
  PASS_REGULAR_EXPRESSION "undefined reference to .redress::house::called_upward_without_declaring_it")
set_tests_properties(${links_test} ${planted_links_test} PROPERTIES RESOURCE_LOCK build TIMEOUT 900)

# Layout and lint.
add_test(NAME "house: format" COMMAND bash ${CMAKE_CURRENT_LIST_DIR}/format.sh)
add_test(NAME "house: tidy" COMMAND bash ${CMAKE_CURRENT_LIST_DIR}/tidy.sh ${CMAKE_BINARY_DIR})
set_tests_properties("house: format" "house: tidy" PROPERTIES LABELS slow SKIP_RETURN_CODE 77 TIMEOUT 1200)
set_tests_properties("house: tidy" PROPERTIES PROCESSORS 2)
