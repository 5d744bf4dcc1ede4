BEGIN TRANSACTION;
CREATE TABLE andon_acknowledgements (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	pipeline TEXT NOT NULL, 
	check_id TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	note TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	closed_at TEXT
);
INSERT INTO "andon_acknowledgements" VALUES(1,'web-clickstream','freshness','Mia','on it','2025-03-09T06:12:00.000000+00:00',NULL);
CREATE TABLE andon_daily_counts (
	pipeline TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	day DATE NOT NULL, 
	counts TEXT NOT NULL, 
	first_total BIGINT NOT NULL, 
	counted_at TEXT NOT NULL, 
	changed_at TEXT, 
	PRIMARY KEY (pipeline, fingerprint, day)
)
 WITHOUT ROWID

;
INSERT INTO "andon_daily_counts" VALUES('web-clickstream','a','2025-03-08','{"event name":[{"view":3},0]}',3,'2025-03-09T06:12:00.000000+00:00',NULL);
CREATE TABLE andon_evaluations (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	pipeline TEXT NOT NULL, 
	run_date DATE NOT NULL, 
	data_date DATE NOT NULL, 
	evaluated_at TEXT NOT NULL, 
	verdict TEXT NOT NULL, 
	exit_code INTEGER NOT NULL, 
	report TEXT NOT NULL
);
INSERT INTO "andon_evaluations" VALUES(1,'web-clickstream','2025-03-08','2025-03-07','2025-03-08T06:12:00.000000+00:00','red',1,'{"schema":"andon.gate/1","pipeline":"web-clickstream","run_date":"2025-03-08","data_date":"2025-03-07","timezone":"UTC","evaluated_at":"2025-03-08T06:12:00Z","verdict":"red","exit_code":1,"summary":"do not refresh the dashboards","checks":[{"id":"freshness","layer":"business","status":"red","stop":false,"severity":"red","value":0.5,"threshold":1,"unit":"rows","message":"freshness=0.5","summary":"A sentence.","action":"Do this.","owner":null,"runbook":null,"cause":null,"retry":false,"since":null,"link":null,"waiver":null,"acknowledgement":null,"because":null,"details":{"series":[1,2.5,null]}},{"id":"rows_read","layer":"business","status":"green","stop":false,"severity":"red","value":0.5,"threshold":1,"unit":"rows","message":"rows_read=0.5","summary":"A sentence.","action":"Do this.","owner":null,"runbook":null,"cause":null,"retry":false,"since":null,"link":null,"waiver":null,"acknowledgement":null,"because":null,"details":{"series":[1,2.5,null]}}],"waivers":[],"warnings":[],"errors":[],"duration_seconds":0.0,"andon_version":""}');
INSERT INTO "andon_evaluations" VALUES(2,'web-clickstream','2025-03-09','2025-03-08','2025-03-09T06:12:00.000000+00:00','red',1,'{"schema":"andon.gate/1","pipeline":"web-clickstream","run_date":"2025-03-09","data_date":"2025-03-08","timezone":"UTC","evaluated_at":"2025-03-09T06:12:00Z","verdict":"red","exit_code":1,"summary":"do not refresh the dashboards","checks":[{"id":"freshness","layer":"business","status":"red","stop":false,"severity":"red","value":0.5,"threshold":1,"unit":"rows","message":"freshness=0.5","summary":"A sentence.","action":"Do this.","owner":null,"runbook":null,"cause":null,"retry":false,"since":null,"link":null,"waiver":null,"acknowledgement":null,"because":null,"details":{"series":[1,2.5,null]}},{"id":"rows_read","layer":"business","status":"amber","stop":false,"severity":"red","value":0.5,"threshold":1,"unit":"rows","message":"rows_read=0.5","summary":"A sentence.","action":"Do this.","owner":null,"runbook":null,"cause":null,"retry":false,"since":null,"link":null,"waiver":null,"acknowledgement":null,"because":null,"details":{"series":[1,2.5,null]}}],"waivers":[],"warnings":[],"errors":[],"duration_seconds":0.0,"andon_version":""}');
CREATE TABLE andon_results (
	evaluation_id INTEGER NOT NULL, 
	check_id TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	status TEXT NOT NULL, 
	value DOUBLE, 
	message TEXT NOT NULL, 
	PRIMARY KEY (evaluation_id, check_id), 
	FOREIGN KEY(evaluation_id) REFERENCES andon_evaluations (id)
)
 WITHOUT ROWID

;
INSERT INTO "andon_results" VALUES(1,'freshness',0,'red',0.5,'freshness=0.5');
INSERT INTO "andon_results" VALUES(1,'rows_read',1,'green',0.5,'rows_read=0.5');
INSERT INTO "andon_results" VALUES(2,'freshness',0,'red',0.5,'freshness=0.5');
INSERT INTO "andon_results" VALUES(2,'rows_read',1,'amber',0.5,'rows_read=0.5');
CREATE TABLE andon_schema (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "andon_schema" VALUES(2);
CREATE TABLE andon_waivers (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	pipeline TEXT NOT NULL, 
	check_id TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	until DATE NOT NULL, 
	up_to DOUBLE, 
	data_date DATE NOT NULL, 
	created_at TEXT NOT NULL, 
	revoked_at TEXT, 
	revoked_by TEXT, 
	rearmed_on DATE
);
INSERT INTO "andon_waivers" VALUES(1,'web-clickstream','freshness','Mia','known outage','2025-03-12',0.06,'2025-03-08','2025-03-09T06:12:00.000000+00:00',NULL,NULL,NULL);
INSERT INTO "andon_waivers" VALUES(2,'web-clickstream','rows_read','Jon','a test','2025-03-10',NULL,'2025-03-08','2025-03-09T06:12:00.000000+00:00','2025-03-09T06:12:00.000000+00:00','Jon',NULL);
CREATE INDEX andon_evaluations_by_day ON andon_evaluations (pipeline, data_date, id);
CREATE INDEX ix_andon_waivers_pipeline ON andon_waivers (pipeline);
CREATE INDEX ix_andon_acknowledgements_pipeline ON andon_acknowledgements (pipeline);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('andon_evaluations',2);
INSERT INTO "sqlite_sequence" VALUES('andon_waivers',2);
INSERT INTO "sqlite_sequence" VALUES('andon_acknowledgements',1);
COMMIT;
