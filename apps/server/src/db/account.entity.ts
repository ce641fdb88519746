import {
  Column,
  Entity,
  ForeignKey,
  Index,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  Unique,
} from 'typeorm'

@Entity('organization')
@Unique('uq_organization_slug', ['slug'])
export class OrganizationEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'int',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_organization',
  })
  id!: number

  @Column('text')
  slug!: string

  @Column('text')
  name!: string

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date
}

@Entity('account')
@Unique('uq_account_email', ['email'])
export class AccountEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'int',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_account',
  })
  id!: number

  @Column('text')
  name!: string

  @Column('text', { nullable: true })
  email!: string | null

  @Column('text', { name: 'password_hash', nullable: true })
  passwordHash!: string | null

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date
}

@Entity('member')
export class MemberEntity {
  @PrimaryColumn('int', { name: 'organization_id', primaryKeyConstraintName: 'pk_member' })
  @ForeignKey(() => OrganizationEntity, { name: 'fk_member_organization', onDelete: 'CASCADE' })
  organizationId!: number

  @PrimaryColumn('int', { name: 'account_id', primaryKeyConstraintName: 'pk_member' })
  @ForeignKey(() => AccountEntity, { name: 'fk_member_account', onDelete: 'CASCADE' })
  @Index('ix_member_account')
  accountId!: number

  @Column('text')
  role!: string

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date
}

@Entity('session')
export class SessionEntity {
  /** SHA-256 of the cookie's value. */
  @PrimaryColumn('bytea', { name: 'token_hash', primaryKeyConstraintName: 'pk_session' })
  tokenHash!: Buffer

  @Column('int', { name: 'account_id' })
  @ForeignKey(() => AccountEntity, { name: 'fk_session_account', onDelete: 'CASCADE' })
  @Index('ix_session_account')
  accountId!: number

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date

  @Column('timestamptz', { name: 'last_used_at', default: () => 'now()' })
  lastUsedAt!: Date

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date
}

@Entity('sign_in_link')
export class SignInLinkEntity {
  @PrimaryColumn('bytea', { name: 'token_hash', primaryKeyConstraintName: 'pk_sign_in_link' })
  tokenHash!: Buffer

  @Column('int', { name: 'account_id' })
  @ForeignKey(() => AccountEntity, { name: 'fk_sign_in_link_account', onDelete: 'CASCADE' })
  accountId!: number

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date
}

@Entity('api_token')
@Unique('uq_api_token_hash', ['tokenHash'])
export class ApiTokenEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'int',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_api_token',
  })
  id!: number

  @Column('int', { name: 'organization_id' })
  @ForeignKey(() => OrganizationEntity, { name: 'fk_api_token_organization', onDelete: 'CASCADE' })
  organizationId!: number

  /** Who made it; null for one made on the command line. */
  @Column('int', { name: 'account_id', nullable: true })
  @ForeignKey(() => AccountEntity, { name: 'fk_api_token_account', onDelete: 'CASCADE' })
  accountId!: number | null

  @Column('text')
  name!: string

  @Column('bytea', { name: 'token_hash' })
  tokenHash!: Buffer

  @Column('text', { name: 'last_characters' })
  lastCharacters!: string

  @Column('text', { array: true })
  scopes!: string[]

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null
}
