SOURCE a TYPE CSV PARAMS {"path": "x"};
