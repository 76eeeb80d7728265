-- Plain SQL that H2 2.2 and PostgreSQL 13 and later both understand.

-- What a change to a client rests on. Taken from a sequence, so no client ever has the number of an earlier one of its name.
create sequence client_edition start with 1;
alter table client add column edition bigint default 0 not null;

-- The secret before the one in secret_mac, which stays good for a while.
alter table client add column previous_secret_mac varchar(43);
alter table client add column previous_secret_mac_key_version integer;
alter table client add column previous_secret_until timestamp(6) with time zone;

-- What people have allowed a client goes with it.
create index consent_client on consent (client_id);
