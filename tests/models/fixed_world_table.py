"""Who sees what in the fixed world: `fixed_world.py` says who the viewers and what the rows are."""

TABLE = """
                                    vis  lea  emp  old  boss eve  max  sta  all  Alp  not  -or  -me  -pr  -pa  -as  -au  -ex  t:e  t:s
Organisation
  Alp                               ·    x    x    ·    x    x    ·    ·    x    x    ·    ·    x    x    x    x    x    x    x    ·
  Bor                               ·    ·    ·    ·    x    x    ·    ·    x    ·    x    ·    x    x    x    x    x    x    x    ·
  Cor                               ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    ·    x    x    x    x    x    x    ·    ·
  Del                               ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    ·    x    x    x    x    x    x    ·    ·
  Eta                               ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  Gam                               ·    ·    ·    ·    ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  Nova                              ·    x    ·    ·    x    x    x    ·    x    x    x    ·    x    x    x    x    x    x    x    ·
  Rival                             x    x    x    x    x    x    x    x    x    x    x    x    x    x    x    x    x    x    x    x
  Gone                              ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
Product
  granted                           ·    x    x    ·    x    x    ·    ·    x    x    ·    x    x    ·    x    x    x    x    x    ·
  taken                             ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  private                           ·    x    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  domain                            ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  all                               ·    ·    ·    ·    x    x    ·    ·    x    ·    x    x    x    ·    x    x    x    x    x    ·
  shown                             ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    ·    x    x    x    x    ·    ·
  frozen                            ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  far                               ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  left                              ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  gamma                             ·    ·    ·    ·    ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  novan                             ·    ·    ·    ·    x    ·    x    ·    x    x    x    x    x    ·    x    x    x    x    ·    ·
  given                             ·    ·    ·    ·    x    ·    ·    ·    x    x    x    x    x    ·    x    x    x    x    ·    ·
  rivals                            ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
CatalogueItem
  sold                              x    x    x    x    x    x    x    x    x    x    x    x    x    x    x    x    x    x    x    x
  not sold                          ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
User
  lea                               ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  emp                               ·    x    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  old                               ·    ·    ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  boss                              ·    ·    ·    ·    x    ·    ·    ·    x    x    x    x    x    x    x    x    x    x    ·    ·
  eve                               ·    ·    ·    ·    x    x    ·    ·    x    x    x    x    ·    x    x    x    x    x    x    ·
  max                               ·    ·    ·    ·    x    ·    x    ·    x    x    x    x    ·    x    x    x    x    x    ·    ·
  sta                               ·    ·    ·    ·    ·    ·    ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    x
SupportAccessGrant
  mail of lea                       ·    x    ·    ·    ·    ·    ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  mail of sta                       ·    ·    ·    ·    ·    ·    ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
Membership
  lea at Alp                        ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  emp at Alp                        ·    x    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  old at Alp                        ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  boss at Nova                      ·    ·    ·    ·    x    ·    ·    ·    x    x    x    x    ·    x    x    x    x    x    ·    ·
  eve at Nova                       ·    ·    ·    ·    x    x    ·    ·    x    x    x    x    ·    x    x    x    x    x    x    ·
  eve at Gam                        ·    ·    ·    ·    ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  max at Nova                       ·    ·    ·    ·    x    ·    x    ·    x    x    x    x    ·    x    x    x    x    x    ·    ·
  eve before                        ·    ·    ·    ·    x    ·    ·    ·    x    x    x    x    ·    x    x    x    x    x    ·    ·
CustomerInvitation
  Nova asks lea                     ·    x    ·    ·    x    ·    ·    ·    x    ·    x    x    x    x    ·    x    x    x    ·    ·
  Rival asks boss                   ·    ·    ·    ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  Rival asks eve                    ·    ·    ·    ·    ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
ApiToken
  token of boss                     ·    ·    ·    ·    x    ·    ·    ·    x    x    x    x    x    x    x    x    x    x    ·    ·
  token of eve                      ·    ·    ·    ·    x    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    x    ·
  token of lea                      ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  token of sta                      ·    ·    ·    ·    x    ·    ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    x
Partnership
  Alp-Nova                          ·    x    ·    ·    x    x    ·    ·    x    x    ·    x    x    x    ·    x    x    x    x    ·
  Bor-Nova                          ·    ·    ·    ·    x    x    ·    ·    x    ·    x    x    x    x    ·    x    x    x    x    ·
  Cor-Nova                          ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    x    ·    x    x    x    ·    ·
  Del-Nova                          ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    x    ·    x    x    x    ·    ·
  Eta-Rival                         ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
ProductAccess
  access to granted                 ·    x    ·    ·    x    x    ·    ·    x    x    ·    x    x    x    ·    x    x    x    x    ·
  access to taken                   ·    x    ·    ·    x    x    ·    ·    x    x    ·    x    x    x    ·    x    x    x    x    ·
  access to left                    ·    ·    ·    ·    x    x    ·    ·    x    ·    x    x    x    x    ·    x    x    x    x    ·
  access to shown                   ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    x    ·    x    x    x    ·    ·
  access to far                     ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
EmployeeAssignment
  eve at Nova for Alp-Nova          ·    ·    ·    ·    x    x    ·    ·    x    x    ·    x    x    x    x    ·    x    x    x    ·
  max at Nova for Alp-Nova, ended   ·    ·    ·    ·    x    ·    ·    ·    x    x    ·    x    x    x    x    ·    x    x    ·    ·
  eve at Nova for Alp-Nova, ended   ·    ·    ·    ·    x    x    ·    ·    x    x    ·    x    x    x    x    ·    x    x    x    ·
  eve before for Alp-Nova, ended    ·    ·    ·    ·    x    ·    ·    ·    x    x    ·    x    x    x    x    ·    x    x    ·    ·
  eve at Nova for Bor-Nova          ·    ·    ·    ·    x    x    ·    ·    x    ·    x    x    x    x    x    ·    x    x    x    ·
  eve before for Bor-Nova           ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    x    x    ·    x    x    ·    ·
  eve at Nova for Cor-Nova, ended   ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    x    x    ·    x    x    ·    ·
  eve at Nova for Del-Nova          ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    x    x    ·    x    x    ·    ·
Receipt
  receipt of Alp-Nova               ·    x    ·    ·    x    ·    ·    ·    x    x    ·    x    x    x    ·    x    x    x    ·    ·
  receipt of Bor-Nova               ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    x    ·    x    x    x    ·    ·
  receipt of Cor-Nova               ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    x    ·    x    x    x    ·    ·
  receipt of Del-Nova               ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    x    ·    x    x    x    ·    ·
  receipt of Eta-Rival              ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
CustomerNote
  note on Alp                       ·    ·    ·    ·    x    x    ·    ·    x    x    ·    x    x    x    ·    x    x    x    x    ·
  note on Bor                       ·    ·    ·    ·    x    x    ·    ·    x    ·    x    x    x    x    ·    x    x    x    x    ·
  note on Cor                       ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    x    ·    x    x    x    ·    ·
  note on Del                       ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    x    ·    x    x    x    ·    ·
  note on Eta                       ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
AccessChangeRequest
  change of Alp-Nova                ·    x    ·    ·    x    x    ·    ·    x    x    ·    x    x    x    ·    x    x    x    x    ·
  change of Bor-Nova                ·    ·    ·    ·    x    x    ·    ·    x    ·    x    x    x    x    ·    x    x    x    x    ·
  change of Cor-Nova                ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    x    ·    x    x    x    ·    ·
  change of Del-Nova                ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    x    ·    x    x    x    ·    ·
  change of Eta-Rival               ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
PendingAction
  action of Alp-Nova                ·    x    ·    ·    x    x    ·    ·    x    x    ·    x    x    ·    x    x    x    x    x    ·
  action of Bor-Nova                ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    ·    x    x    x    x    ·    ·
  action of Cor-Nova                ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    ·    x    x    x    x    ·    ·
  action of Del-Nova                ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    ·    x    x    x    x    ·    ·
  action of Eta-Rival               ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
RequestedProduct
  request of Alp-Nova               ·    x    ·    ·    x    x    ·    ·    x    x    ·    x    x    x    ·    x    x    x    x    ·
  request of Bor-Nova               ·    ·    ·    ·    x    x    ·    ·    x    ·    x    x    x    x    ·    x    x    x    x    ·
  request of Cor-Nova               ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    x    ·    x    x    x    ·    ·
  request of Del-Nova               ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    x    ·    x    x    x    ·    ·
  request of Eta-Rival              ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
Team
  team of Alp                       ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  team of Nova                      ·    ·    ·    ·    x    ·    ·    ·    x    x    x    x    ·    x    x    x    x    x    ·    ·
  team of Gam                       ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
TeamMember
  emp at Alp in team                ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  max at Nova in team               ·    ·    ·    ·    x    ·    ·    ·    x    x    x    x    ·    x    x    x    x    x    ·    ·
  eve at Gam in team                ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
MemberInvitation
  invitation to Alp                 ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  invitation to Nova                ·    ·    ·    ·    x    ·    ·    ·    x    x    x    x    ·    x    x    x    x    x    ·    ·
  invitation to Rival               ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
OwnProductGrant
  grant of taken to emp, revoked    ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  grant of granted to emp           ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  grant of mail to emp              ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  grant of domains to emp, past     ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  grant of Rival's to emp           ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  grant of mail to eve              ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  grant of Nova's by Gam to eve     ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  grant of novan to the team        ·    ·    ·    ·    x    ·    ·    ·    x    x    x    x    ·    x    x    x    x    x    ·    ·
Export
  export of emp from Alp            ·    x    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  export of lea from Alp            ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  export of emp from Rival          ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  export of boss from Nova          ·    ·    ·    ·    x    ·    ·    ·    x    x    x    x    x    x    x    x    x    ·    ·    ·
AuditEvent
  eve for Nova on Alp               ·    x    ·    ·    x    x    ·    ·    x    x    ·    x    x    x    x    x    ·    x    x    ·
  eve for Nova on nobody            ·    ·    ·    ·    x    x    ·    ·    x    x    x    x    x    x    x    x    ·    x    x    ·
  boss for Nova on Bor              ·    ·    ·    ·    x    ·    ·    ·    x    ·    x    x    x    x    x    x    ·    x    ·    ·
  eve for Rival on Eta              ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  nobody for nobody on Alp          ·    x    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·    ·
  lea for Rival on Nova             ·    ·    ·    ·    x    ·    ·    ·    x    x    x    x    x    x    x    x    ·    x    ·    ·
"""
