"""Who gets which e-mail: topic, case, template, and who of the mail world (crowd.py)."""

TABLE = """
access.change_answered                                        access.change_answered                  pL pM pN
access.change_requested                                       access.change_requested                 cL cM cN
access.product_added                                          access.product_added                    pE pL pN
access.product_ended                                          product.terminated                      pE pL pN
access.product_removed              by customer               access.product_removed                  pE pL pN
access.product_removed              by partner                access.product_given_back               cL cN
access.rights_changed                                         access.rights_changed                   pE pL pN
access.type_changed                                           access.type_changed                     pL pM pN
access.type_changed                                           access.type_changed.receipt             cL cM cN
export.failed                                                 export.failed                           cL
export.failed                       the person has left       nobody
export.ready                                                  export.ready                            cL
export.ready                        the person has left       export.ready                            cL
export.refused                                                export.failed                           cL
export.refused                      the person has left       nobody
invitation.undeliverable            begun by customer         invitation.undeliverable.organisation   dL dM dN
invitation.undeliverable            begun by partner          invitation.undeliverable.organisation   pL pM pN
invitation.undeliverable            to an address             invitation.undeliverable                cL
invitation.undeliverable            the person has left       invitation.undeliverable                cM cN
member.invitation_expired                                     member.invitation_expired               cL
member.invitation_expired           the person has left       member.invitation_expired               cM cN
member.invited                                                member.invited                          new@unknown.example
member.removed                      by another                member.removed                          cE
member.removed                      by member                 member.left                             cA cB cL cM cN
member.removed                      by member                 member.removed                          cE
member.removed                      the person has left       member.removed                          cE
member.role_changed                                           member.role_changed                     cE
member.role_changed                 the person has left       member.role_changed                     cE
partnership.accepted                begun by customer         partnership.accepted                    cL cM cN
partnership.accepted                begun by partner          partnership.accepted                    pL pM pN
partnership.cancelled               begun by customer         partnership.cancelled                   pA pB pL pM pN
partnership.cancelled               begun by partner          partnership.cancelled                   dL dM dN
partnership.cancelled               to an address             partnership.cancelled                   new@unknown.example
partnership.declined                begun by customer         partnership.declined                    dL dM dN
partnership.declined                begun by partner          partnership.declined                    pL pM pN
partnership.declined                to an address             partnership.declined                    pL pM pN
partnership.ending                                            partnership.ending                      cL cM cN pL pM pN
partnership.expired                 begun by customer         partnership.expired                     dL dM dN
partnership.expired                 begun by partner          partnership.expired                     pL pM pN
partnership.expired                 to an address             partnership.expired                     pL pM pN
partnership.granted_differs                                   partnership.granted_differs             pL pM pN
partnership.invited                                           partnership.invited                     pA pB pL pM pN
partnership.invited                                           partnership.invited.receipt             dL dM dN
partnership.products_without_payer                            partnership.products_without_payer      kL kM
partnership.reminder                begun by customer         partnership.reminder                    pA pB pL pM pN
partnership.reminder                begun by partner          partnership.reminder                    dL dM dN
partnership.reminder                to an address             partnership.reminder                    new@unknown.example
partnership.requested                                         partnership.requested                   cL cM cN
partnership.requested               to an address             partnership.requested.sign_up           new@unknown.example
partnership.resumed                                           partnership.resumed                     cL cM cN pL pM pN
partnership.review_due                                        partnership.review_due                  cL cM cN pL pM pN
partnership.suspended                                         partnership.suspended                   cL cM cN pL pM pN
partnership.terminated                                        partnership.terminated.customer         cL cM cN
partnership.terminated                                        partnership.terminated.partner          pL pM pN
payment_mode.changed                                          payment_mode.changed                    pL pM
payment_mode.changed                                          payment_mode.changed.receipt            bL bM bN
pending_action.confirmed                                      pending_action.closed                   pE
pending_action.confirmed            the person has left       pending_action.closed                   pE
pending_action.expired                                        pending_action.closed                   pE
pending_action.expired              the person has left       pending_action.closed                   pE
pending_action.refused                                        pending_action.closed                   pE
pending_action.refused              the person has left       pending_action.closed                   pE
pending_action.requested                                      pending_action.requested                bA bB bL bM bN
product.terminated                                            product.terminated                      pE pL pN
support.access_expiring                                       support.access_expiring                 cE
support.access_expiring             the person has left       support.access_expiring                 cE
support.access_granted                                        support.access_granted                  cE
support.access_granted              the person has left       support.access_granted                  cE
support.access_revoked                                        support.access_revoked                  cE
support.access_revoked              the person has left       support.access_revoked                  cE
token.created                                                 token.created                           pE
token.created                       the person has left       token.created                           pE
token.expiring                                                token.expiring                          pE
token.expiring                      the person has left       token.expiring                          pE
token.revoked                                                 token.revoked                           pE
token.revoked                       the person has left       token.revoked                           pE
"""
