#!/bin/sh
# Runs every test: on SQLite with the browser journeys, then again on PostgreSQL.
# What this machine lacks is installed if we may, and named loudly if not.
set -u
missing=""

lacks() { missing="$missing
  NOT TESTED: $1"; }

install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    echo "Installing $* …"
    { apt-get install -y -q --no-install-recommends "$@" ||
        { apt-get update -q && apt-get install -y -q --no-install-recommends "$@"; }; } \
        >build/apt.log 2>&1
}

mkdir -p build
export PYTHONDONTWRITEBYTECODE=1
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$CHROMIUM" ]; then
    install chromium fonts-liberation && CHROMIUM=$(command -v chromium)
fi
[ -n "$CHROMIUM" ] || lacks "pages in a browser (no Chromium: install it, or set CHROMIUM)"
export CHROMIUM

POSTGRES_URL=${POSTGRES_URL:-postgresql:///test}
if ! python -c 'import psycopg,sys; psycopg.connect(sys.argv[1], connect_timeout=3)' "$POSTGRES_URL" 2>/dev/null; then
    lacks "PostgreSQL (nothing answers at $POSTGRES_URL: start one, or set POSTGRES_URL)"
    POSTGRES_URL=""
fi
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || install nginx-light ||
    lacks "several nodes behind nginx (no nginx: apt-get install nginx-light)"
[ -e "/usr/lib/$(uname -m)-linux-gnu/faketime/libfaketime.so.1" ] || install libfaketime ||
    lacks "clocks that jump (no libfaketime: apt-get install libfaketime)"
TEST_REDIS_URL=${TEST_REDIS_URL:-redis://127.0.0.1:6379}
if ! python -c 'import redis,sys; redis.Redis.from_url(sys.argv[1]).ping()' "$TEST_REDIS_URL" 2>/dev/null; then
    lacks "Redis (nothing answers at $TEST_REDIS_URL: start one, or set TEST_REDIS_URL)"
    TEST_REDIS_URL=""
fi
export TEST_REDIS_URL
TEST_RABBITMQ_URL=${TEST_RABBITMQ_URL:-amqp://guest:guest@127.0.0.1:5672}
if ! python -c 'import pika,sys; pika.BlockingConnection(pika.URLParameters(sys.argv[1]))' "$TEST_RABBITMQ_URL" 2>/dev/null; then
    lacks "RabbitMQ (nothing answers at $TEST_RABBITMQ_URL: start one, or set TEST_RABBITMQ_URL)"
    TEST_RABBITMQ_URL=""
fi
export TEST_RABBITMQ_URL

# A worker for each core, four at most: more would want more connections than PostgreSQL gives.
cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
WORKERS=${WORKERS:-$((cores < 2 ? 2 : cores > 4 ? 4 : cores))}

status=0
run() {
    echo "== $1 =="
    shift
    python -m pytest -q -n "$WORKERS" --dist loadfile "$@"
    # 5: none of the chosen tests belongs here.
    case $? in 0 | 5) ;; *) status=1 ;; esac
}
# The experiments have an environment of their own: the site never needs torch.
of_the_reproductions() {
    if ! ${MAKE:-make} -s reproductions/.venv/.ready PYTHON="${PYTHON:-python3}" \
        >build/reproductions.log 2>&1; then
        lacks "the reproductions (torch could not be installed: build/reproductions.log says why)"
        return
    fi
    command -v npm >/dev/null || install npm
    reproductions/.venv/bin/reproduce data --quiet 2>build/data.log ||
        lacks "the reproductions that need data ($(tail -n 1 build/data.log))"
    echo "== of the reproductions =="
    (
        cd reproductions
        # One core each, so that two workers do not fight for two.
        export OMP_NUM_THREADS=1
        ../.venv/bin/mypy --no-error-summary --python-executable .venv/bin/python &&
            .venv/bin/python -m pytest -q -n "$WORKERS" "$@"
    ) || status=1
}
report_missing() {
    [ -z "$missing" ] ||
        printf '\n%s\n%s\n' "======== THIS MACHINE COULD NOT RUN EVERYTHING ========" "${missing#?}"
}
# PYTEST=reproductions/tests/test_runner.py runs these alone; another choice of tests leaves them out.
case "${1:-}" in
reproductions/*)
    first=${1#reproductions/}
    shift
    of_the_reproductions "$first" "$@"
    report_missing
    exit $status
    ;;
"") of_the_reproductions ;;
esac
run "on SQLite" -m "not browser" "$@"
# By themselves: the browser's driver runs an event loop, in which Django refuses its database.
run "in the browser" -m browser "$@"
if [ -n "$POSTGRES_URL" ]; then
    export DATABASE_URL=$POSTGRES_URL
    run "on PostgreSQL" -m "not browser and not pure" "$@"
fi
report_missing
exit $status
