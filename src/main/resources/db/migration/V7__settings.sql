-- Plain SQL that H2 2.2 and PostgreSQL 13 and later both understand.

-- What administrators say of settings, over what is configured. None of them is secret.
create table setting (
    setting_key varchar(255) not null primary key,
    setting_value varchar(4000) not null
);

insert into version_number (name, number) values ('setting', 0);

-- The longest time that a session was unused so far: some clients accept less of that than others.
alter table sign_in_session add column longest_idle_millis bigint default 0 not null;
