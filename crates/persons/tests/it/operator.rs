use countenance_persons::{
    ImportHousehold, NewPerson, follow_operator_link, import_household, lookup_operator_session, make_operator_link, operator_can_sign_in,
};
use countenance_testdb::trace;

use crate::world::World;

#[tokio::test]
async fn a_link_works_once_and_for_a_day() {
    let mut world = World::new().await;
    let (db, mut ctx) = world.parts();
    let mut tx = trace(&db).await;
    assert!(!operator_can_sign_in(&mut tx, ctx.now).await.unwrap());
    let code = make_operator_link(&mut tx, &mut ctx, "desk").await.unwrap();
    let late = make_operator_link(&mut tx, &mut ctx, "desk").await.unwrap();
    assert!(operator_can_sign_in(&mut tx, ctx.now).await.unwrap());
    let session = follow_operator_link(&mut tx, &mut ctx, &code).await.unwrap();
    assert_eq!(
        lookup_operator_session(&mut tx, &ctx, &session.token)
            .await
            .unwrap()
            .unwrap()
            .display_name,
        "desk"
    );
    for bad in [code.as_str(), "", "0".repeat(64).as_str()] {
        assert_eq!(
            follow_operator_link(&mut tx, &mut ctx, bad).await.unwrap_err().code(),
            "link.not_good"
        );
    }
    tx.commit().await.unwrap();
    world.pass(86_400);
    let (db, mut ctx) = world.parts();
    let mut tx = trace(&db).await;
    assert_eq!(
        follow_operator_link(&mut tx, &mut ctx, &late).await.unwrap_err().code(),
        "link.not_good"
    );
    assert!(
        lookup_operator_session(&mut tx, &ctx, &session.token).await.unwrap().is_none(),
        "sessions end with the shift"
    );
}

#[tokio::test]
async fn a_household_is_registered_once_with_letters_in_order() {
    let mut world = World::new().await;
    let (db, mut ctx) = world.parts();
    let mut tx = trace(&db).await;
    let people = |count: usize| {
        (0..count)
            .map(|_| NewPerson {
                display_name: "x".to_owned(),
                under_guardian_age: false,
            })
            .collect::<Vec<_>>()
    };
    let made = import_household(
        &mut tx,
        &mut ctx,
        ImportHousehold {
            unit: "3-201".to_owned(),
            people: people(3),
        },
    )
    .await
    .unwrap();
    let logins: Vec<&str> = made.iter().map(|person| person.login.as_str()).collect();
    assert_eq!(logins, ["3-201-A", "3-201-B", "3-201-C"]);
    for (unit, count, expected) in [
        ("3-201", 1, "unit.known"),
        ("", 1, "unit.form"),
        ("3/201", 1, "unit.form"),
        ("3-202", 0, "unit.people"),
        ("3-202", 27, "unit.people"),
    ] {
        let input = ImportHousehold {
            unit: unit.to_owned(),
            people: people(count),
        };
        assert_eq!(import_household(&mut tx, &mut ctx, input).await.unwrap_err().code(), expected);
    }
}
