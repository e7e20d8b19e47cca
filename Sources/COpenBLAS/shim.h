#ifndef PLADS_COPENBLAS_SHIM_H
#define PLADS_COPENBLAS_SHIM_H
#include <cblas.h>
#include <lapacke.h>
#endif
