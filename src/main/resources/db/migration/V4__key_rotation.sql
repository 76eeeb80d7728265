-- Plain SQL that H2 2.2 and PostgreSQL 13 and later both understand.

-- created_at is when a key was announced; retired_at is when it is to sign no more, and moves while there is no successor.
alter table signing_key add column line varchar(16) default 'default' not null;
alter table signing_key add column signs_from timestamp(6) with time zone default current_timestamp not null;
alter table signing_key add column retired_at timestamp(6) with time zone default current_timestamp + interval '30' day not null;
alter table signing_key add column compromised_at timestamp(6) with time zone;
update signing_key set signs_from = created_at, retired_at = created_at + interval '30' day;

-- The version makes new values from then on; until the next does.
alter table mac_key add column used_from timestamp(6) with time zone default current_timestamp not null;
update mac_key set used_from = created_at;

insert into version_number (name, number) values ('signing_key', 0);
insert into version_number (name, number) values ('mac_key', 0);
