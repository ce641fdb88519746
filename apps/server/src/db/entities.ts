/** Every table that TypeORM declares; `schema.test.ts` proves that they agree with the migrations. */
export const ENTITIES: object[] = []
