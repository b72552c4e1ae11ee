#!/usr/bin/env bash
# Writes what `wasifix apply` would do as Markdown to the file given and to the job summary. Nothing of the project
# is printed raw: a line of a diff could be a workflow command. Fails only where the project cannot be read.
set -euo pipefail
body=$1

arguments=()
for name in $STRATEGIES; do
  arguments+=(--strategy "$name")
done

code=0
wasifix apply "$PROJECT" --check --format markdown --output-file "$body.new" ${arguments[@]+"${arguments[@]}"} ||
  code=$?
if [ "$code" -gt 1 ]; then
  exit "$code"
fi

# The mark by which the next run finds its comment.
{
  printf '<!-- wasifix dry run of %s -->\n' "$PROJECT"
  cat "$body.new"
} >"$body"
rm "$body.new"
cat "$body" >>"$GITHUB_STEP_SUMMARY"
if [ "$code" -eq 1 ]; then
  echo "something=true" >>"$GITHUB_OUTPUT"
else
  echo "something=false" >>"$GITHUB_OUTPUT"
fi
