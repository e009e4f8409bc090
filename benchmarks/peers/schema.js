// The schema of the peers that are given one as text, and the scalar in it.

import { GraphQLScalarType } from 'graphql';

export const schema = `
  scalar DateTime
  enum ProductCategory {
    DOMAIN WEB_HOSTING WORDPRESS_HOSTING MAIL KSUITE KDRIVE CLOUD_SERVER PUBLIC_CLOUD
    SWISS_BACKUP SSL STREAMING NEWSLETTER TICKETING SUPPORT OTHER
  }
  enum ProductState { ACTIVE EXPIRING SUSPENDED TERMINATED }
  enum Period { MONTH YEAR }
  enum ProductRight { TECHNICAL STATISTICS }
  type Product {
    id: ID!
    category: ProductCategory!
    serviceName: String!
    customerName: String!
    internalName: String!
    period: Period!
    expiresAt: DateTime!
    autoRenew: Boolean!
    state: ProductState!
  }
  type ProductConnection { nodes: [Product!]! }
  type CustomerEdge { node: Organisation! }
  type CustomerConnection { edges: [CustomerEdge!]! }
  type Organisation {
    id: ID!
    name: String!
    products(first: Int = 20): ProductConnection!
    managedCustomers(first: Int = 20): CustomerConnection!
  }
  type Query {
    product(id: ID!): Product
    organisation(id: ID!): Organisation
  }
  input GrantProductAccessInput { partnershipId: ID! productId: ID! rights: [ProductRight!]! }
  type ProductAccess { id: ID! rights: [ProductRight!]! grantedAt: DateTime! }
  type UserError { code: String! }
  type GrantProductAccessPayload { productAccess: ProductAccess userErrors: [UserError!]! }
  type Mutation { grantProductAccess(input: GrantProductAccessInput!): GrantProductAccessPayload! }
`;

/** The text of PostgreSQL is nearly what is wanted: no Date is made of it. */
export const rfc3339 = (text) => `${text.replace(' ', 'T')}:00`;

export const DateTime = new GraphQLScalarType({ name: 'DateTime', serialize: rfc3339 });
