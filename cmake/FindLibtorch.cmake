# Finds libtorch inside the Python package torch and defines
# libtorch::libtorch. The package's own CMake files are not used: they insist
# on detecting a CUDA language, which fails without a matching toolkit.

if(NOT DECANT_TORCH_DIR)
  file(GLOB candidates
       "${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages/torch")
  list(LENGTH candidates count)
  if(count GREATER 0)
    list(GET candidates 0 DECANT_TORCH_DIR)
  else()
    foreach(python python3 python)
      execute_process(
        COMMAND ${python} -c "import torch,os;print(os.path.dirname(torch.__file__))"
        OUTPUT_VARIABLE DECANT_TORCH_DIR OUTPUT_STRIP_TRAILING_WHITESPACE
        ERROR_QUIET)
      if(DECANT_TORCH_DIR)
        break()
      endif()
    endforeach()
  endif()
endif()
if(NOT EXISTS "${DECANT_TORCH_DIR}/lib/libtorch_cpu.so")
  message(FATAL_ERROR
    "libtorch not found (looked in '${DECANT_TORCH_DIR}'). Install the Python "
    "package torch into .venv, pass -DDECANT_TORCH_DIR=<folder of torch>, or "
    "configure with -DDECANT_WORKER=OFF.")
endif()
message(STATUS "libtorch: ${DECANT_TORCH_DIR}")

# libstdc++ comes first in the order in which symbols are looked up: libtorch
# exports parts of std::filesystem of its own, and calling those crashes.
set(torch_libs "-lstdc++"
               "${DECANT_TORCH_DIR}/lib/libtorch.so"
               "${DECANT_TORCH_DIR}/lib/libtorch_cpu.so"
               "${DECANT_TORCH_DIR}/lib/libc10.so")
if(EXISTS "${DECANT_TORCH_DIR}/lib/libtorch_cuda.so")
  list(APPEND torch_libs "${DECANT_TORCH_DIR}/lib/libtorch_cuda.so"
                         "${DECANT_TORCH_DIR}/lib/libc10_cuda.so")
endif()
add_library(libtorch::libtorch INTERFACE IMPORTED)
target_include_directories(
  libtorch::libtorch SYSTEM INTERFACE
  "${DECANT_TORCH_DIR}/include"
  "${DECANT_TORCH_DIR}/include/torch/csrc/api/include")
target_link_libraries(libtorch::libtorch INTERFACE ${torch_libs})
# no-as-needed keeps libtorch_cuda loaded: nothing refers to it by symbol.
target_link_options(libtorch::libtorch INTERFACE
  "LINKER:-rpath,${DECANT_TORCH_DIR}/lib" "LINKER:--no-as-needed"
  "LINKER:--allow-shlib-undefined")
set(Libtorch_FOUND TRUE)
