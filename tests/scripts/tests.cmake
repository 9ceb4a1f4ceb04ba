# What the READMEs promise, carried out as a new user would.
foreach(readme README.md README.zh-CN.md)
  add_test(NAME "readme: ${readme}"
           COMMAND bash ${PROJECT_SOURCE_DIR}/tests/scripts/readme.sh ${PROJECT_SOURCE_DIR}/${readme} ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}
           WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties("readme: ${readme}" PROPERTIES TIMEOUT 240)
endforeach()
