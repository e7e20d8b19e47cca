# The national panel with one of R's programs: Rscript national.R panel.csv glmmTMB-ml|glmmTMB-reml|bam
# Prints one JSON object; reading is not timed.
arguments <- commandArgs(trailingOnly = TRUE)
panel <- read.csv(arguments[1], stringsAsFactors = TRUE)
panel$cell <- interaction(panel$m, panel$area, sep = ":", drop = TRUE)

timed <- function(work) {
  gc()
  start <- proc.time()
  value <- work()
  used <- proc.time() - start
  list(value = value, wall = used[["elapsed"]], processor = sum(used[c("user.self", "sys.self")]))
}

# Named numbers as a JSON object; what is not known is left out.
object <- function(values) {
  values <- values[is.finite(values)]
  paste0("{", paste0('"', names(values), '": ', sprintf("%.17g", values), collapse = ", "), "}")
}

report <- function(peer, run, estimates) {
  parts <- paste0('"', names(estimates), '": ', vapply(estimates, object, ""))
  cat(sprintf(
    '{"peer": "%s", "runs": [{"wall": %.6f, "processor": %.6f}], "estimates": {%s}}\n',
    peer, run$wall, run$processor, paste(parts, collapse = ", ")
  ))
}

mixed <- function(restricted) {
  suppressMessages(library(glmmTMB))
  run <- timed(function() {
    glmmTMB(
      y ~ area + area:time + season + (1 | m) + (1 | m:area) + offset(log(population)),
      data = panel, family = nbinom2, REML = restricted
    )
  })
  fit <- run$value
  variances <- vapply(VarCorr(fit)$cond, function(block) block[1, 1], 0)
  report(sprintf("glmmTMB %s, REML = %s", packageVersion("glmmTMB"), restricted), run, list(
    theta = c(setNames(sigma(fit), "")), variances = variances, coefficients = fixef(fit)$cond,
    `log-likelihood` = setNames(as.numeric(logLik(fit)), "")
  ))
}

# bam approximates: its times alone are of interest. With discrete = TRUE it is at its fastest: without, the columns of 1,274
# pooled effects are dense.
additive <- function() {
  suppressMessages(library(mgcv))
  run <- timed(function() {
    bam(
      y ~ area + area:time + season + s(m, bs = "re") + s(cell, bs = "re") + offset(log(population)),
      data = panel, family = nb(), discrete = TRUE
    )
  })
  cat(sprintf(
    '{"peer": "mgcv::bam %s, discrete", "runs": [{"wall": %.6f, "processor": %.6f}]}\n', packageVersion("mgcv"), run$wall, run$processor
  ))
}

switch(arguments[2],
  "glmmTMB-ml" = mixed(FALSE), "glmmTMB-reml" = mixed(TRUE), "bam" = additive(), stop("no such peer")
)
