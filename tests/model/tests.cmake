# Spin's models of the protocol's rules, and the bugs planted in them.
add_test(NAME "model: journals and epochs" COMMAND bash ${PROJECT_SOURCE_DIR}/tests/model/check)
set_tests_properties("model: journals and epochs" PROPERTIES LABELS slow TIMEOUT 600)
