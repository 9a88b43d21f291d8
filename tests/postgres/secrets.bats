#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # ${x} is SQLFlow's
# Secrets: where they may be kept, and that nothing shows them.
load common

# What guarded's password is, as it is and in an address. All tests look for the middle of it.
PASSWORD="hun'ter2 \$x"
ENCODED=hun%27ter2%20%24x

# nowhere: no file that is left here holds it, but the one that it was written into
nowhere() {
    run grep -rlaF ter2 --exclude-dir=pipelines --exclude=secret.txt --exclude=.env .
    equal "" "$output"
}

@test "secrets come from elsewhere, and are shown nowhere" {
    use_shop
    secret="hun'ter2 \$x"
    printf '%s\n' "$secret" >secret.txt
    for place in '{env: SHOP_SECRET}' '{file: secret.txt}' '{command: cat secret.txt}'; do
        cat >profiles/dev.yml <<END
connectors:
  shop: {type: postgres, params: {user: guarded, password: $place}}
END
        pipeline p <<'END'
SOURCE s FROM 'shop' OPTIONS {"query": "SELECT 1 AS one"};
LOAD s INTO t;
SOURCE w FROM 'shop' OPTIONS {"table": "hidden"};
LOAD w INTO u;
END
        SHOP_SECRET=$secret run sqlflow run -v
        equal 1 "$status"
        has "$output" "permission denied for table hidden"
        hasnt "$output" "ter2"
        SHOP_SECRET=$secret sqlflow compile --json >plan.json
        run grep -rlF "ter2" target plan.json
        equal "" "$output"
    done
    sed -i 's/{command.*}}/{env: NOWHERE_SET}}}/' profiles/dev.yml
    sqlflow compile >/dev/null
    run sqlflow run
    has "$output" "the environment has no variable 'NOWHERE_SET'"
}

@test "a variable in a secret is a secret" {
    use_shop
    pipeline p <<'END'
SOURCE s TYPE POSTGRES PARAMS {"table": "orders", "user": "guarded", "password": "pre${pw}"};
LOAD s INTO t;
END
    run sqlflow run --var pw=sesame
    equal 1 "$status"
    hasnt "$output" sesame
    run grep -rlF sesame target
    equal "" "$output"
    hasnt "$(sqlflow compile --var pw=sesame --json)" sesame
}

@test "nothing that a run leaves, prints or is called holds a secret, wherever it was pasted" {
    use_shop
    sql "CREATE TABLE slow AS SELECT 1 AS a; GRANT SELECT ON slow TO guarded"
    pipeline p <<END
SET p2 = \${GUARDED};
SET whole = 'postgresql://guarded:\${encoded}@127.0.0.1:$PGPORT/shop';
SOURCE a TYPE POSTGRES PARAMS {"table": "orders", "user": "guarded", "password": "\${p2}"};
SOURCE b TYPE POSTGRES PARAMS {"query": "SELECT 1 AS one WHERE \$1 <> 'x' -- \${encoded}",
    "params": ["\${p2}"], "connection": "\${whole}"};
SOURCE c TYPE POSTGRES PARAMS {"table": "hidden", "connection": "postgresql://guarded:\${encoded}@127.0.0.1:$PGPORT/shop"};
LOAD a INTO t;
LOAD b INTO u;
LOAD c INTO v;
SELECT '\${p2}'::INTEGER AS number;
CREATE TABLE w AS SELECT count(*) AS n, '\${p2}' = 'x' AS is_x FROM t;
CHECK never ON w AS SELECT nowhere FROM w WHERE '\${GUARDED}' = 'y';
EXPORT (SELECT 1 AS n, '\${GUARDED}' <> 'z' AS b) TO 'guarded_out' TYPE POSTGRES OPTIONS {
    "user": "guarded", "password": "\${GUARDED}", "pre_sql": "SELECT 1 -- \${encoded}"};
END
    pipeline wrong <<END
SET password = '$ENCODED';
SOURCE s TYPE POSTGRES PARAMS {"tabel": "orders", "password": "$ENCODED", "user": \${password}};
LOAD s INTO t WHERE id = '$ENCODED' '\${undefined}';
END
    export GUARDED=$PASSWORD encoded=$ENCODED
    for command in "compile p" "compile p --json" "describe p" "describe p --json" "validate p" "viz p" "run p" \
        "run p --json" "run p -v --log-format json" "retry p" "status" "state show" "list" "compile wrong" \
        "compile wrong --json" "validate wrong --log-format json"; do
        read -ra words <<<"$command"
        sqlflow "${words[@]}" >>printed 2>&1 || true
        if grep -F ter2 printed; then
            echo "printed by sqlflow $command"
            return 1
        fi
    done
    grep -q "Could not convert string" printed
    grep -q "permission denied for table hidden" printed
    grep -qF "unknown option 'tabel'" printed
    nowhere
    run sqlflow query "SELECT * FROM sqlflow.runs, sqlflow.steps" --output csv
    hasnt "$output" ter2
}

@test "a process that runs shows no secret" {
    use_shop
    pipeline p <<END
SOURCE s TYPE POSTGRES PARAMS {"query": "SELECT pg_sleep(20)::text AS x", "user": "guarded", "password": "\${GUARDED}"};
LOAD s INTO t;
END
    GUARDED=$PASSWORD sqlflow run >printed 2>&1 &
    pid=$!
    is_active() { [[ $(sql "SELECT 1 FROM pg_stat_activity WHERE usename = 'guarded' AND state = 'active'") == 1 ]]; }
    eventually is_active
    hasnt "$(tr '\0' ' ' <"/proc/$pid/cmdline")" ter2
    hasnt "$(sql "SELECT * FROM pg_stat_activity")" ter2
    kill -TERM "$pid"
    wait "$pid" || true
    nowhere
}
