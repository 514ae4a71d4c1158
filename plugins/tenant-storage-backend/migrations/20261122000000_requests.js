// @ts-check

/**
 * Requests for changes of storage, what became of them, and Git hosts that don't answer. Times are milliseconds since the epoch,
 * sizes are bytes as decimal text: neither fits every database's number otherwise.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('tenant_storage_requests', table => {
    table.uuid('id').primary();
    table.string('under_cluster', 63).notNullable();
    table
      .string('tenant', 63)
      .nullable()
      .comment("Null for a change of the under cluster's storage");
    table.string('change', 32).notNullable();
    table
      .string('object', 253)
      .notNullable()
      .comment('What is changed; of a quota, the tenant');
    table.text('title').notNullable();
    table
      .string('wish', 64)
      .notNullable()
      .comment('Bytes of a quota, the fingerprint of any other input');
    table.string('size', 64).nullable().comment('Of a quota alone');
    table.text('input').nullable().comment('JSON; of any other change');
    table
      .string('before_bytes', 32)
      .nullable()
      .comment('The live quota when it was planned');
    table.boolean('allow_below_use').notNullable();
    table.text('reason').notNullable();
    table.text('requester').notNullable();
    table.text('repository_url').notNullable();
    table.string('repository_host', 255).notNullable();
    table.text('repository').notNullable();
    table.text('branch').notNullable();
    table.bigInteger('created_at').notNullable();
    table
      .bigInteger('asked_at')
      .notNullable()
      .comment('When the latest wish was made');
    table.bigInteger('updated_at').notNullable();
    table.string('state', 32).notNullable();
    table.boolean('is_open').notNullable();
    table.integer('proposal_number').nullable();
    table.text('proposal_url').nullable();
    table.string('revision', 64).nullable().comment('The merge commit');
    table.bigInteger('merged_at').nullable();
    table.bigInteger('applied_at').nullable();
    table.boolean('live_before_known').notNullable();
    table
      .string('live_before', 32)
      .nullable()
      .comment('The live quota before the merge, as last seen');
    table
      .boolean('arrived_before')
      .nullable()
      .comment(
        'Whether the under cluster had it before the merge, as last seen; null = not known, or a quota',
      );
    table.text('gates').nullable();
    table
      .string('published_status', 128)
      .nullable()
      .comment('The commit and the verdict that were published last');
    table.integer('version').notNullable();
    table.string('lease_holder', 64).nullable();
    table.bigInteger('leased_until').nullable();
    table.index(
      ['under_cluster', 'tenant'],
      'tenant_storage_requests_tenant_idx',
    );
    table.index(['updated_at'], 'tenant_storage_requests_updated_idx');
  });
  // One request for one change of one object that is neither ended nor merged, whoever asks at the same time. Knex has no partial unique index for SQLite.
  await knex.raw(
    `create unique index tenant_storage_requests_one_open_idx
       on tenant_storage_requests (under_cluster, change, object)
       where is_open and merged_at is null`,
  );
  await knex.schema.createTable('tenant_storage_request_steps', table => {
    table
      .uuid('request_id')
      .notNullable()
      .references('id')
      .inTable('tenant_storage_requests')
      .onDelete('CASCADE');
    table.integer('position').notNullable();
    table.string('state', 32).notNullable();
    table.bigInteger('at').notNullable();
    table.text('by').nullable();
    table.text('message').nullable().comment("For the tenant's people");
    table
      .text('platform_message')
      .nullable()
      .comment('For the platform team, where it is another one');
    table
      .string('notification', 8)
      .notNullable()
      .comment('none, due, sent or skipped');
    table.primary(['request_id', 'position']);
  });
  await knex.schema.createTable('tenant_storage_git_hosts', table => {
    table.string('host', 255).primary();
    table.text('message').notNullable();
    table.bigInteger('since').notNullable();
    table.integer('failures').notNullable();
    table.bigInteger('retry_at').notNullable();
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('tenant_storage_git_hosts');
  await knex.schema.dropTable('tenant_storage_request_steps');
  await knex.schema.dropTable('tenant_storage_requests');
};
