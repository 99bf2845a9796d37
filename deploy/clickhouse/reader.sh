#!/bin/sh
# Runs once, when the server's volume is new: the user that console and Grafana read with.
set -eu
clickhouse client --user "$CLICKHOUSE_USER" --password "$CLICKHOUSE_PASSWORD" --multiquery <<SQL
CREATE SETTINGS PROFILE IF NOT EXISTS fairlead_reader SETTINGS readonly = 2, max_execution_time = 30, max_result_rows = 1000000;
CREATE USER IF NOT EXISTS fairlead_reader IDENTIFIED BY '$READER_PASSWORD' SETTINGS PROFILE fairlead_reader;
GRANT SELECT ON fairlead.* TO fairlead_reader;
SQL
