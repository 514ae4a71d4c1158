// @ts-check

/**
 * Which files a request changes: they tell which of Flux's Kustomizations it waits for.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('tenant_storage_requests', table => {
    table
      .text('files')
      .nullable()
      .comment('JSON: paths in the repository; null = not known, or a quota');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('tenant_storage_requests', table => {
    table.dropColumn('files');
  });
};
