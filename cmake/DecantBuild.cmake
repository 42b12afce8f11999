# Compiler settings and the two functions every folder uses.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
# gcc 12 warns of overlapping copies inside std::string that cannot happen
# (its bug 105651), and only when it optimises this much.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG -Wno-restrict" CACHE STRING "" FORCE)
# Dev: assertions stay, and -O1 keeps the numeric tests quick.
set(CMAKE_CXX_FLAGS_DEV "-O1 -g1" CACHE STRING "" FORCE)
set(CMAKE_C_FLAGS_DEV "-O1 -g1" CACHE STRING "" FORCE)
set(CMAKE_EXE_LINKER_FLAGS_DEV "" CACHE STRING "" FORCE)

find_program(DECANT_CCACHE ccache)
if(DECANT_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${DECANT_CCACHE}")
endif()
find_program(DECANT_MOLD mold)
if(DECANT_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
if(DECANT_SANITIZE)
  # gcc's instrumentation makes it warn of variants and optionals in error.
  add_compile_options(-fsanitize=${DECANT_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all -Wno-maybe-uninitialized)
  add_link_options(-fsanitize=${DECANT_SANITIZE})
endif()

find_package(absl CONFIG REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Threads REQUIRED)
if(DECANT_TESTS)
  find_package(GTest REQUIRED)
endif()

# Designated initialisers leave out what has its default: that is their point.
set(DECANT_WARNINGS -Wall -Wextra -Wshadow -Wconversion
                    -Wno-missing-field-initializers -Werror)

# Sources of a folder are compiled a dozen at a time: most of a compilation is
# the same headers again. Files that cannot share a translation unit (two
# anonymous namespaces with one name) are listed in ALONE.
option(DECANT_UNITY "Compile the sources of a folder together" ON)
function(decant_compile_together name)
  if(DECANT_UNITY)
    set_target_properties(${name} PROPERTIES UNITY_BUILD ON
                                             UNITY_BUILD_BATCH_SIZE 12)
    set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
endfunction()

# decant_library(NAME [DEPS target...] [PRIVATE_DEPS target...] [ALONE file...])
# One target per folder: all sources of the current folder (not below it).
# DEPS are what its headers show, PRIVATE_DEPS what only its sources use.
function(decant_library name)
  cmake_parse_arguments(ARG "" "" "DEPS;PRIVATE_DEPS;ALONE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  if(sources)
    add_library(${name} STATIC ${sources})
    set(visibility PUBLIC)
    target_compile_options(${name} PRIVATE ${DECANT_WARNINGS})
    target_link_libraries(${name} PRIVATE ${ARG_PRIVATE_DEPS})
    decant_compile_together(${name} ${ARG_ALONE})
  else()
    add_library(${name} INTERFACE)
    set(visibility INTERFACE)
  endif()
  target_include_directories(${name} ${visibility} "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} ${visibility} ${ARG_DEPS})
endfunction()

# decant_program(NAME main.cc DEPS target...)
function(decant_program name main)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  add_executable(${name} ${main})
  target_compile_options(${name} PRIVATE ${DECANT_WARNINGS})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
endfunction()

# decant_test(NAME DEPS target... [ALONE file...])
# One test program per folder: every *_test.cc of the current folder.
function(decant_test name)
  cmake_parse_arguments(ARG "" "" "DEPS;LABELS;ALONE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*_test.cc")
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_compile_options(${name} PRIVATE ${DECANT_WARNINGS})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_definitions(
    ${name} PRIVATE DECANT_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                    DECANT_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock
                                        GTest::gtest_main)
  decant_compile_together(${name} ${ARG_ALONE})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 1800 LABELS "${ARG_LABELS}")
endfunction()
