create table if not exists note (
    id integer primary key,
    user integer not null,
    text text not null,
    created text not null default current_timestamp
);

create table if not exists reminder (
    id integer primary key,
    user integer not null,
    channel integer not null,
    text text not null,
    due real not null
);
create index if not exists reminder_due on reminder (due);
