/** A question as someone types it, and the tools that would be right to use first. */
export type Question = readonly [asked: string, ...right: string[]];

/** What operators, quant developers, support, SREs, auditors and newcomers ask. Written before any of it was scored. */
export const QUESTIONS: readonly Question[] = [
  ['Spin up a new kdb environment for the equities desk', 'create_kx_environment'],
  ['we need a fresh env encrypted with our own KMS key, call it fx-dev', 'create_kx_environment'],
  ["I'm new here and there is no environment yet. How do I get one so I can run q?", 'create_kx_environment'],
  ['stand up a UAT environment next to prod', 'create_kx_environment'],

  ["get rid of the whole dev environment, we don't need it any more", 'delete_kx_environment'],
  ['the project has ended, tear down the kdb env for good', 'delete_kx_environment'],
  ['decommission environment jlcenjvtkgzrdek2qqv7ic and stop the billing', 'delete_kx_environment'],
  ['wipe the sandbox: users, databases, the environment itself', 'delete_kx_environment'],

  ['is the env healthy?', 'get_kx_environment', 'list_kx_environments'],
  ['Is our transit gateway attached to the environment yet?', 'get_kx_environment'],
  ['which availability zones can I use in this environment', 'get_kx_environment'],
  ['did the DNS change go through or did it fail?', 'get_kx_environment'],
  ['what kms key is the prod environment encrypted with?', 'get_kx_environment', 'list_kx_environments'],
  ['why did the environment fail to create, is there an error message', 'get_kx_environment'],

  ['which environments do we have?', 'list_kx_environments'],
  ['what env am I in', 'list_kx_environments', 'get_kx_environment'],
  ['show me all the kdb environments in this region and their status', 'list_kx_environments'],
  ['I only know it is called prod. What is its environment id?', 'list_kx_environments'],

  ['rename the environment to kdb-uat', 'update_kx_environment'],
  ['there is a typo in the description of our env, fix it', 'update_kx_environment'],
  ['give the kdb environment a better name', 'update_kx_environment'],

  ['connect the env to our on-prem network through the transit gateway', 'update_kx_environment_network'],
  ['attach tgw-0ab12cd34 to the environment, routable cidr 100.64.0.0/26', 'update_kx_environment_network'],
  ['add our corporate DNS server so that q can resolve internal host names', 'update_kx_environment_network'],
  ['allow outbound traffic on port 5010 to 10.20.0.0/16 in the network ACL', 'update_kx_environment_network'],

  ['start a new HDB with 3 nodes', 'create_kx_cluster'],
  ['launch an rdb on the shared scaling group', 'create_kx_cluster'],
  ['I want a gateway in front of the rdb and the hdb', 'create_kx_cluster'],
  ['bring up a tickerplant for the crypto feed', 'create_kx_cluster'],
  ['scale out the hdb, queries have become too slow', 'create_kx_cluster'],
  ["End of day: spin up the next rdb with the same settings as today's", 'create_kx_cluster', 'get_kx_cluster'],
  ['create a multi-AZ cluster with autoscaling between 3 and 5 nodes', 'create_kx_cluster'],

  ['shut down the old rdb', 'delete_kx_cluster'],
  ['kill rdb3, we have rolled over to rdb4', 'delete_kx_cluster'],
  ['get rid of the cluster that failed to create', 'delete_kx_cluster'],
  ['stop the dev tickerplant, nobody is using it', 'delete_kx_cluster'],
  ['terminate the gateway cluster in the sandbox', 'delete_kx_cluster'],

  ['one node of the hdb hangs, kick it out', 'delete_kx_cluster_node'],
  ['kill the stuck node in hdb1', 'delete_kx_cluster_node'],
  ["one of the gateway's nodes never gets past provisioning, can we replace it?", 'delete_kx_cluster_node'],
  ['Pager: hdb-prod-2 has a bad node that times out on every query. Take that node out.', 'delete_kx_cluster_node'],

  ['why did my rdb fail to start?', 'get_kx_cluster'],
  ['is hdb-eq running yet?', 'get_kx_cluster', 'list_kx_clusters'],
  ['how much memory is reserved for the gateway cluster?', 'get_kx_cluster'],
  ['which changeset is hdb1 serving?', 'get_kx_cluster'],
  ['what init script and command line args does the tp run with', 'get_kx_cluster'],
  ['which subnets and security groups is the rdb in?', 'get_kx_cluster'],
  ['Is the hdb behind the latest data?', 'get_kx_cluster', 'get_kx_database'],

  ['which nodes does the hdb have and when were they launched', 'list_kx_cluster_nodes'],
  ['are all nodes of rdb1 up?', 'list_kx_cluster_nodes'],
  ['show me which nodes are still provisioning', 'list_kx_cluster_nodes'],
  ['node ids of gateway1 and the zone each one sits in', 'list_kx_cluster_nodes'],

  ['what is running right now?', 'list_kx_clusters'],
  ['which clusters are down', 'list_kx_clusters'],
  ['list all the rdbs', 'list_kx_clusters'],
  ['do we have a gateway in this env?', 'list_kx_clusters'],
  ['give me an overview of every hdb, rdb and tp with its status', 'list_kx_clusters'],
  ['has anything failed in the dev env over night? clusters I mean', 'list_kx_clusters'],

  ['deploy the new q code to the gateway without downtime', 'update_kx_cluster_code_configuration'],
  ['roll out release 2.3.1 of our q library from s3', 'update_kx_cluster_code_configuration'],
  ['change the init script of the rdb', 'update_kx_cluster_code_configuration'],
  ['emergency hotfix: push this zip to all nodes right away', 'update_kx_cluster_code_configuration'],
  ['set the -s command line argument to 8 on hdb1', 'update_kx_cluster_code_configuration'],

  ["point the hdb at today's data", 'update_kx_cluster_databases'],
  ["hdb still shows yesterday's partitions, move it to the latest changeset", 'update_kx_cluster_databases'],
  ['switch the cluster to the new version of the dataview', 'update_kx_cluster_databases'],
  ['refresh the database mounted on hdb-eq, one node after the other', 'update_kx_cluster_databases'],
  ['roll the hdb back to the changeset of last friday', 'update_kx_cluster_databases'],

  ['make a new database for tick data', 'create_kx_database'],
  ['I need an empty db called fxspot', 'create_kx_database'],
  ['set up a database so that we can start loading trades', 'create_kx_database'],

  ['drop the test database', 'delete_kx_database'],
  ['remove db old_quotes with all its data', 'delete_kx_database'],
  ['purge the sandbox db, nobody needs what is in it', 'delete_kx_database'],

  ['how big is the trades database?', 'get_kx_database'],
  ["what's the last completed changeset of the equities db", 'get_kx_database', 'list_kx_changesets'],
  ['how many files and changesets are in the options database', 'get_kx_database'],
  ['show me the details of db fxspot', 'get_kx_database'],

  ['what databases are there', 'list_kx_databases'],
  ['do we have a db for futures?', 'list_kx_databases'],
  ['all dbs in prod please', 'list_kx_databases'],

  ['change the description of the trades database', 'update_kx_database'],
  ['add a note to the db saying that it is retired', 'update_kx_database'],
  ['db description should read equities EOD', 'update_kx_database'],

  ["load yesterday's partition from s3 into the database", 'create_kx_changeset'],
  ['ingest s3://md-lake/2024.01.03/ into trades', 'create_kx_changeset'],
  ['backfill all of 2023', 'create_kx_changeset'],
  ['remove the bad partition 2024.02.28 from the db', 'create_kx_changeset'],
  ['import the new sym file', 'create_kx_changeset'],
  ['How do I get my csv files out of the bucket and into kdb? Uploading data, basically.', 'create_kx_changeset'],

  ["did last night's load finish?", 'get_kx_changeset', 'list_kx_changesets'],
  ['why did the ingest fail', 'get_kx_changeset'],
  ['what exactly did changeset Ab3dE change?', 'get_kx_changeset'],
  ['is the import done or still pending', 'get_kx_changeset', 'list_kx_changesets'],
  ['the upload of this morning is in error, what is the message', 'get_kx_changeset'],

  ['what has been loaded into trades this week', 'list_kx_changesets'],
  ['history of changes to the quotes db', 'list_kx_changesets'],
  ['any failed ingests since monday?', 'list_kx_changesets'],
  ['Auditor here: when was data added to or removed from the orders database?', 'list_kx_changesets'],

  ['make a view of the trades db that the scaling group clusters can mount', 'create_kx_dataview'],
  ['cache the last 30 days of quotes on the ssd volume', 'create_kx_dataview', 'update_kx_dataview'],
  ['I need a writable view for schema maintenance', 'create_kx_dataview'],
  ['set up a dataview that follows new changesets by itself', 'create_kx_dataview'],

  ['drop the dataview last30days', 'delete_kx_dataview'],
  ['remove the old view so that I can delete the volume', 'delete_kx_dataview'],
  ['we no longer need the maintenance view, clear it away', 'delete_kx_dataview'],

  ['which clusters still sit on the old version of the dataview?', 'get_kx_dataview'],
  ['is the view active yet?', 'get_kx_dataview', 'list_kx_dataviews'],
  ['which partitions of the dataview are cached on which volume', 'get_kx_dataview'],
  ['does dataview eq-hot update itself or is it pinned to a changeset?', 'get_kx_dataview'],

  ['which dataviews does the trades database have?', 'list_kx_dataviews'],
  ['show all the views on quotes', 'list_kx_dataviews'],
  ['does any dataview use volume vol1?', 'list_kx_dataviews', 'get_kx_dataview'],

  ['move the dataview to the newest changeset', 'update_kx_dataview'],
  ['change which partitions the view keeps in cache', 'update_kx_dataview'],
  ["today's data is in, bring the dataview up to date", 'update_kx_dataview'],
  ['new version of dataview eq-hot please, on changeset 7kQ', 'update_kx_dataview'],

  ['we want one big shared host for several clusters', 'create_kx_scaling_group'],
  ['provision a kx.sg.4xlarge', 'create_kx_scaling_group'],
  ['set up a scaling group for dev in use1-az4', 'create_kx_scaling_group'],
  ['reserve a machine that the rdb and the gateway can share', 'create_kx_scaling_group'],

  ['release the shared host', 'delete_kx_scaling_group'],
  ['get rid of the empty scaling group', 'delete_kx_scaling_group'],
  ['give back the kx.sg.16xlarge, it costs too much', 'delete_kx_scaling_group'],

  ['which clusters run on scaling group sg1?', 'get_kx_scaling_group'],
  ['can I delete this scaling group or is something still on it?', 'get_kx_scaling_group'],
  ['what host type is sg-prod', 'get_kx_scaling_group', 'list_kx_scaling_groups'],
  ['how full is the shared host', 'get_kx_scaling_group'],

  ['what scaling groups do we have?', 'list_kx_scaling_groups'],
  ['which shared hosts are idle and only cost money', 'list_kx_scaling_groups'],
  ['all scaling groups with their host sizes', 'list_kx_scaling_groups'],

  ['I need 2.4 TB of fast disk for the cache', 'create_kx_volume'],
  ['create storage for tickerplant logs', 'create_kx_volume'],
  ['add an SSD volume of 1200 GB in use1-az6', 'create_kx_volume'],
  ['new shared disk where the rdb can save down', 'create_kx_volume'],

  ['delete the volume that nobody uses', 'delete_kx_volume'],
  ['free the storage of vol-old', 'delete_kx_volume'],
  ['drop the nas disk from last year', 'delete_kx_volume'],

  ['can I delete this volume?', 'get_kx_volume'],
  ['what is attached to vol1', 'get_kx_volume'],
  ['how large is the savedown volume', 'get_kx_volume', 'list_kx_volumes'],
  ['is the new disk ready?', 'get_kx_volume', 'list_kx_volumes'],

  ['what storage do we have and what state is it in', 'list_kx_volumes'],
  ['which volumes exist in this env?', 'list_kx_volumes'],
  ['find disks that we pay for and do not need', 'list_kx_volumes'],

  ['the disk is full, make it bigger', 'update_kx_volume'],
  ['grow the tp log volume to 4800 GB', 'update_kx_volume'],
  ['we are running out of space on vol1, extend it', 'update_kx_volume'],

  ['give a trader access to kdb', 'create_kx_user'],
  ['add user jsmith with the quant role', 'create_kx_user'],
  ['onboard a new quant developer', 'create_kx_user'],

  ['revoke access for jdoe, he left the firm', 'delete_kx_user'],
  ['remove user svc_old', 'delete_kx_user'],
  ['contractor is gone, she must not be able to log in any more', 'delete_kx_user'],

  ['what iam role does alice have?', 'get_kx_user'],
  ['show me user bob', 'get_kx_user'],
  ['look up the arn of kdb user svc-gateway', 'get_kx_user'],

  ['who has access to this environment?', 'list_kx_users'],
  ['list all users', 'list_kx_users'],
  ['access review: every user and the role they log in with', 'list_kx_users'],

  ['rotate the IAM role of user alice', 'update_kx_user'],
  ['switch svc-feed over to another role', 'update_kx_user'],
  ["jsmith changed desk, give him the options desk's role", 'update_kx_user'],

  ['how do I connect to the rdb from my laptop', 'get_kx_connection_string'],
  ['connection refused after an hour, I need a new login', 'get_kx_connection_string'],
  ['what do I pass to hopen for gateway1', 'get_kx_connection_string'],
  ['host and port of the hdb, and a password for user alice', 'get_kx_connection_string'],
  ['my PyKX session to the cluster has expired', 'get_kx_connection_string'],

  ['who owns this cluster?', 'list_tags_for_resource'],
  ['what tags are on the prod environment', 'list_tags_for_resource'],
  ['which cost centre pays for volume vol1', 'list_tags_for_resource'],

  ['tag hdb1 with costcentre 1234', 'tag_resource'],
  ['set owner to alice on the rdb', 'tag_resource'],
  ['label the trades db as production', 'tag_resource'],

  ['remove the owner tag from rdb1', 'untag_resource'],
  ['the temp label on the volume can go', 'untag_resource'],
  ['take the tag keys project and stage off', 'untag_resource'],

  ['create a FinSpace dataset browser environment', 'create_environment'],
  ['set up the old FinSpace web application for analysts, with SAML login', 'create_environment'],

  ['delete the old dataset browser environment', 'delete_environment'],
  ['remove the legacy finspace environment, the one without kdb', 'delete_environment'],

  ["what's the url of the FinSpace web application?", 'get_environment'],
  ['sagemaker studio domain of the dataset browser environment', 'get_environment'],

  ['do we still have any dataset browser environments?', 'list_environments'],
  ['list the legacy finspace environments', 'list_environments'],

  ['our identity provider moved, change the SAML metadata url of the dataset browser', 'update_environment'],
  ['switch the legacy environment to federated sign in', 'update_environment'],
];

/** The half that descriptions are tuned on, and the half that only measures. */
export const TUNING = QUESTIONS.filter((_, index) => index % 2 === 0);
export const HELD_OUT = QUESTIONS.filter((_, index) => index % 2 === 1);
